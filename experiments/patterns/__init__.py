"""Patterns: what the model gives for figures that were published, for calibration and validation."""
