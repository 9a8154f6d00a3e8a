"""Studies to MLflow runs, bundles to MLflow models: the only importers of mlflow."""
