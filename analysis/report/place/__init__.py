"""The report of one municipality or region out of a run of its whole county."""
