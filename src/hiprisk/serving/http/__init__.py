"""The REST service; the only importer of FastAPI."""
