"""Calibration: fitting parameters to published figures, ranking what is assumed, and validation."""
