"""The candidates of a study beside its model, on the same people."""
