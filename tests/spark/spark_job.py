"""A Spark job as a user writes one; test_spark_answers.py runs it and reads all that it prints."""

import os
import sys
import traceback
from pathlib import Path

# What executors start must be this Python, with these packages.
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

import mlflow
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, struct


def main(model, folder):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.sql.execution.arrow.pyspark.fallback.enabled", "false")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        # More is logged than a user sees by default: none of it may be a cell.
        .config("spark.log.level", "INFO")
        .getOrCreate()
    )
    predicted = mlflow.pyfunc.spark_udf(spark, model, result_type="double")
    texts = spark.read.csv(str(folder / "clinic.csv"), header=True)
    score(texts, predicted, folder / "texts.parquet")
    # The types of a table, as a warehouse has them.
    kinds = {"age_years": "double", "womac_function_0_100": "double"}
    typed = texts.withColumns({name: col(name).try_cast(kind) for name, kind in kinds.items()})
    score(typed, predicted, folder / "typed.parquet")
    try:
        texts.withColumn("predicted", predicted(struct("person_id"))).collect()
    except Exception:
        traceback.print_exc()
        sys.stdout.write("refused without a known column\n")
    spark.stop()


def score(rows, predicted, out):
    """Two partitions, which two workers score; written by the driver, in the order of the file."""
    names = struct(*(name for name in rows.columns if name != "row"))
    answers = rows.repartition(2).withColumn("predicted", predicted(names))
    answers.select("row", "predicted").toPandas().to_parquet(out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
