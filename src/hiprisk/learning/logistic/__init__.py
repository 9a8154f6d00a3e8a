"""Logistic regressions at the edge: separation, and a penalty that is finite under it."""
