-- Run once, when the volume is empty: the bridge has the database `kargah`; MLflow has its own two.
CREATE DATABASE mlflow;
CREATE DATABASE mlflow_permissions;
