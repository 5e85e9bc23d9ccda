"""The tables and figures of a report as sheets of numbers, for Excel and for CSV files."""
