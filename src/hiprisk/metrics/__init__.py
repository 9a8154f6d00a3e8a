"""Statistics of observed and predicted: pure functions of one shape, with one registry."""

__all__: list[str] = []
