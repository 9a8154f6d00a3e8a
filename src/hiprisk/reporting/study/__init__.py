"""The report of one study: its first screen, its sections, their order."""
