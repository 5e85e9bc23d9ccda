"""Reading runs: measures, tables, figures and the report. Reads result tables and never runs a model."""
