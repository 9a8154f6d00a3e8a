"""Commands as a person calls them, and the options that make a study small."""

import json

from hiprisk.cli import main

QUICK = [
    "--set", "cohort.simulate.n=220",
    "--set", "tuning.trials=3",
    "--set", "tuning.folds=3",
    "--set", "validation.resamples=20",
    "--set", "validation.interval_resamples=100",
    "--set", "validation.repeats=1",
    "--set", "imputation.imputations=2",
    "--set", "samplesize.simulations=20",
    "--set", "subgroups.resamples=50",
]  # fmt: skip
NO_TRACKING = ["--set", "tracking.enabled=false"]


def run(capsys, *argv):
    """Exit code, standard output and standard error of a command."""
    code = main([str(word) for word in argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answer(capsys, *argv):
    """Exit code and what a command prints with --json."""
    code, out, _ = run(capsys, *argv, "--json")
    return code, json.loads(out)
