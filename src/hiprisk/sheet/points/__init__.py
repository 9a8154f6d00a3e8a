"""A linear model for the eye: the axes of a nomogram, and a table of whole points."""
