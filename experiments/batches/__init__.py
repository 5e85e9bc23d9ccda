"""Batches: many runs that are kept, resumed and put together."""
