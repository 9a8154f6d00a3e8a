"""What a study may conclude."""
