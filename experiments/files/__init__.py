"""Files on a disk: written whole or not at all, by one writer at a time, and read only if they are what was written."""
