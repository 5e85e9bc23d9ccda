"""A user's own table of municipalities, as Kolada, Statistics Sweden, Excel and people write it."""
