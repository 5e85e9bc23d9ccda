"""The commands of `stupror`, a file for each family; `experiments.cli` registers them. `common` has what they share."""
