"""Studies as MLflow runs, bundles as MLflow models; the only importers of mlflow."""
