"""Fitted models of other libraries, written in the form of a sheet's model."""
