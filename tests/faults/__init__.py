"""Faults made on purpose: damaged files and strings, kills, full disks, two writers (`python -m tests.faults --help`)."""
