"""Faults made on purpose: damaged files, odd strings, kills, full disks, two writers. `python -m tests.faults -h`."""
