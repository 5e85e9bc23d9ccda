"""Plans of experiments: what is uncertain, what is chosen, how it is sampled."""
