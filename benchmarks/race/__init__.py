"""The same small model of children, written in the ways that a researcher could choose, timed side by side."""
