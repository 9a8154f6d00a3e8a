"""Procedures that refit, or meet new people, to say how good a model really is."""

__all__: list[str] = []
