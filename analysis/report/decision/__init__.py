"""The first pages of a report: what a board decides on, each sentence filled from paired results."""
