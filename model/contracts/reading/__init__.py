"""Reading contracts from files: strictly, and with every problem told at once."""
