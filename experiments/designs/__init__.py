"""Designs on paper: settling a contract without a run, and drafting a new one."""
