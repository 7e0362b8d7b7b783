"""From a job to its MLflow run: points kept on disk until the bridge has taken them."""
