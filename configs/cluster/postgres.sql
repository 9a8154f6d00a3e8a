-- Once, as the server's administrator: psql --file configs/cluster/postgres.sql
-- Two databases, since MLflow and Optuna each have a table named alembic_version.
CREATE ROLE hiprisk LOGIN;
-- Then, so that no password stands in a file or a history: \password hiprisk
CREATE DATABASE hiprisk_tuning OWNER hiprisk;
CREATE DATABASE hiprisk_mlflow OWNER hiprisk;
REVOKE CONNECT ON DATABASE hiprisk_tuning FROM PUBLIC;
REVOKE CONNECT ON DATABASE hiprisk_mlflow FROM PUBLIC;
