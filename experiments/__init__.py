"""Running the model: one run, paired comparisons, the commands. Uses `model` and `analysis`; neither knows it."""
