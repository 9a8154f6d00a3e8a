"""How good predictions are: one result, computed in one place."""
