"""Candidates of one's own: estimators that hiprisk never saw, named by their class."""
