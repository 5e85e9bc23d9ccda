"""Commands that fit the model to data, test it, and fetch data."""
