"""What a study may conclude: what a block adds, what an exposure does, how large it must be."""

__all__: list[str] = []
