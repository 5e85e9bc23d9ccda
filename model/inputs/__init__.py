"""Inputs: parameters, places and scenarios, read strictly, with every number's unit, range and source."""
