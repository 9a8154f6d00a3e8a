"""Pictures of a model itself."""
