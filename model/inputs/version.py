"""The version of stupror, which every result table of `runs` carries."""

__version__ = "0.1.0"
