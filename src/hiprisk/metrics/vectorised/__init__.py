"""The registry's metrics for many predictions of the same people at once."""
