"""The report of one municipality or region out of a run of its whole county."""

PAGES, SUMS = "places", "places.csv"  # what is written beside the first page, with a page for every municipality
