"""The version of stupror, which every result table of `runs` carries."""

__version__ = "0.2.0"
