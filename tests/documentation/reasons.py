"""What the test of the pages' code does not run, and why. Everything else is run.

`ELSEWHERE` names tests that run a page by themselves. The lists only hold what is there: an entry
without its block fails.
"""

from __future__ import annotations

# Commands that stay: their options are checked.
SERVICES = {
    "serve": "a service that runs until it is stopped; tests/serving/http starts it",
    "report": "the kept bundle has no report; tests/cli/test_report.py writes both formats",
    "demo": "trains in full, as `make demo` does",
}
# Programs beside hiprisk, by the first word of the line.
PROGRAMS = {
    "git": "the address of the project is the reader's",
    "cd": "where the reader's folder is",
    "export": "a setting of the reader's shell",
    "for": "needs several machines and SSH",
    "openssl": "makes keys; tests/parallel makes its own",
    "configs/cluster/ssh/start.sh": "needs several machines and SSH",
    "configs/cluster/ssh/stop.sh": "needs several machines and SSH",
    "docker": "needs a container engine",
    "kubectl": "needs Kubernetes",
    "psql": "needs a server of PostgreSQL",
    "createdb": "needs a server of PostgreSQL",
    "curl": "needs the service, which runs until it is stopped",
    "mlflow": "a server that runs until it is stopped",
    ".venv/bin/mlflow": "a server that runs until it is stopped",
    "optuna-dashboard": "a server that runs until it is stopped; extra `tune`",
    "schemathesis": "minutes; tests/serving/http runs it on small numbers",
    "python": "scripts of experiments and configs that the reader has",
}
# Pages whose blocks another test runs, each with its own files.
ELSEWHERE = {
    "docs/how-to/nhs-proms.md": "tests/cli/test_nhs_proms.py",
    "docs/how-to/oai.md": "tests/cli/test_oai.py",
    "docs/how-to/own-variables.md": "tests/cli/test_own_variables.py",
    "docs/how-to/redcap.md": "tests/cli/test_redcap.py",
    "docs/tutorials/nhs-hip-function.md": "tests/test_tutorials.py",
}
# The same for the `>>>` examples of a page.
EXAMPLES_ELSEWHERE = {
    "docs/how-to/estimator-bundle.md": "tests/estimators/test_how_to.py",
    "docs/how-to/evaluate-predictions.md": "tests/judging/test_how_to.py",
    "docs/how-to/python.md": "tests/api/test_how_to.py",
    "docs/how-to/scikit-learn.md": "tests/estimators/test_how_to.py",
    "docs/how-to/your-own-model.md": "tests/judging/test_how_to.py",
}
# The same for the Python of a page.
PYTHON_ELSEWHERE = {
    "docs/how-to/compare-models.md": "tests/cli/test_models.py",
    "docs/how-to/mlflow-models.md": "tests/tracking/test_command_runs.py",
    "docs/how-to/mlflow.md": "tests/tracking/test_command_runs.py",
    "docs/how-to/own-class.md": "tests/learning/own/test_checking.py",
}
# Pages that are run where the records of the NHS are beside the project, and skip without them.
WITH_RECORDS = {"docs/tutorials/nhs-published.md"}
_RECORDS = "of the NHS records, which are not shipped"
# Whole pages.
PAGES: dict[str, str] = {"docs/explanation/published-models.md": _RECORDS}
# Single blocks, by page and first line.
BLOCKS: dict[str, dict[str, str]] = {
    "docs/how-to/bedside.md": {
        "hiprisk testpack stupar --check answers.json": (
            "needs another implementation; tests/cli/test_testpack.py"
        ),
    },
    "docs/how-to/drift.md": {
        "Calibration CUSUM: alarm at 2018/19, predictions too low (false-alarm": (
            "the tutorial on the published model has it, and its test"
        ),
    },
    "docs/how-to/published-sheet.md": {
        "hiprisk sheet new paper.yaml --out models": (
            "the paper is the reader's; tests/cli/test_sheet.py"
        ),
    },
    "docs/how-to/rebuild.md": {
        "hiprisk rebuild nhs-proms-hip --cohort nhs_proms_hip.csv": _RECORDS,
    },
    "docs/how-to/record-system.md": {
        "questionnaires:": "a part of a map of codes; configs/fhir/site_example.yaml is whole",
    },
    "docs/how-to/train.md": {
        "part               how often                                  fits  time": (
            "times are measured, and differ from run to run"
        ),
    },
    "docs/how-to/tuning.md": {
        "import optuna": "needs trials that were kept; tests/learning/tuning reads them",
    },
    "docs/how-to/use.md": {
        "hiprisk score stupar cohort.csv --out scored.csv --expect-sha256 HASH": (
            "HASH is the reader's; tests/cli/test_expected_hash.py"
        ),
    },
    "docs/how-to/own-variables.md": {
        "# study.yaml (its head and what follows are as in any study config)": (
            "a part of a study; tests/cli/test_own_variables.py completes it"
        ),
    },
    "docs/how-to/validate-samples.md": {
        "metric                     value  95 % CI": (
            "of the data of R's psfmi; tests/real/test_stacked_imputations.py"
        ),
    },
}
