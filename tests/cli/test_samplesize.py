"""``hiprisk samplesize`` as a person and as a script see it."""

import json
from pathlib import Path

import pytest

from hiprisk.cli import main

STUPAR = str(Path(__file__).resolve().parents[2] / "configs" / "stupar.yaml")
CONTINUOUS = ["--type", "continuous", "--parameters", "25", "--r2", "0.2", "--mean", "35",
              "--sd", "20"]  # fmt: skip
NORMAL = ["--type", "binary", "--external", "--lp-mean", "-1.75", "--lp-sd", "1.22"]
WORSENING = STUPAR.replace("stupar.yaml", "stupar_worsening.yaml")


def test_table_marks_the_binding_criterion_and_what_the_study_lacks(capsys):
    assert main(["samplesize", *CONTINUOUS, "--n", "500"]) == 0
    out = capsys.readouterr().out
    binding = next(line for line in out.splitlines() if line.startswith(">"))
    assert "criterion 1 (overfitting)" in binding
    assert "918" in binding
    assert binding.endswith("no")
    assert "The study has 500 people, too few for criterion 1 (overfitting)." in out
    assert "36.7 people per candidate parameter (25)" in out


def test_json_says_the_same(capsys):
    assert main(["samplesize", *CONTINUOUS, "--n", "500", "--external", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["development"]["n_required"] == 918
    assert said["development"]["sufficient"] is False
    assert said["external"]["purpose"] == "external validation"
    assert said["instability"] is None
    metrics = said["metrics"]
    assert metrics["development_n_required"] == {"value": 918, "low": None, "high": None}
    assert metrics["development_criterion_1_overfitting_n"]["value"] == 918
    needed = metrics["external_validation_n_required"]["value"]
    assert needed == said["external"]["n_required"]


def test_expected_instability_is_a_metric_with_its_interval(capsys):
    more = ("--n", "500", "--instability", "--simulations", "20", "--json")
    assert main(["samplesize", *CONTINUOUS, *more]) == 0
    said = json.loads(capsys.readouterr().out)
    for name in ("mape", "interval_width", "calibration_slope", "explained_of_truth"):
        found = said["metrics"][f"instability_{name}"]
        assert found == said["instability"][name]
        assert found["low"] < found["value"] < found["high"]


def test_a_config_brings_its_people_and_parameters(capsys):
    assert main(["samplesize", STUPAR, "--r2", "0.3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["development"]["n_parameters"] == 18
    assert said["development"]["n_available"] > 500
    assert "simulated cohort" in said["notes"][0]


def test_a_cohort_that_is_not_there_yet_is_planned_for(capsys, tmp_path):
    cohort = ["--cohort", str(tmp_path / "later.csv")]
    expected = ["--r2", "0.3", "--mean", "40", "--sd", "20"]
    assert main(["samplesize", STUPAR, *cohort, *expected, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["development"]["n_parameters"] == 18
    assert said["development"]["n_available"] is None
    assert "No cohort yet" in said["notes"][0]


@pytest.mark.drawn
def test_instability_and_figure(capsys, tmp_path):
    figure = tmp_path / "people.png"
    more = ["--instability", "--simulations", "20", "--figure", str(figure)]
    assert main(["samplesize", *CONTINUOUS, "--n", "200", *more]) == 0
    out = capsys.readouterr().out
    assert "Expected instability with 200 participants" in out
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert main(["samplesize", *CONTINUOUS, "--n", "200", *more[:3], "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)["metrics"]
    expected = [metric for name, metric in metrics.items() if name.startswith("instability_")]
    assert expected
    assert all(metric["low"] <= metric["value"] <= metric["high"] for metric in expected)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--type", "binary"], "--parameters is needed where no config is named"),
        (["--parameters", "5"], "--type is needed where no config is named"),
        ([*NORMAL, "--instability"], "--instability: belongs to the development of a model"),
        ([*NORMAL, "--shrinkage", "0.9"], "--shrinkage: belongs to the development of a model"),
        ([*NORMAL, "--prevalence", "0.018"], "a prevalence of 0.018 contradicts the linear"),
        ([*NORMAL, "--risk-alpha", "1", "--risk-beta", "2"], "not both"),
        (["--type", "continuous", "--external", "--lp-mean", "0", "--lp-sd", "1"],
         "lp_mean and lp_sd describe the risks of a binary outcome"),
        (
            ["--type", "binary", "--parameters", "5", "--c-statistic", "0.4"],
            "--c-statistic: must be greater than 0.5",
        ),
        (["--type", "continuous", "--parameters", "5"], "r2 is not stated"),
        ([STUPAR], "state samplesize.r2 in the config, or --r2"),
        ([STUPAR, "--type", "binary"], "the config's outcome is continuous"),
        ([*CONTINUOUS, "--set", "seed=1"], "--set belongs to a config"),
        ([*CONTINUOUS, "--threshold", "0.2", "--sensitivity", "0.5"], "belong together"),
        ([*CONTINUOUS, "--n", "0"], "must be at least 1"),
    ],
)  # fmt: skip
def test_refusals_are_letters_with_exit_code_2(capsys, argv, words):
    assert main(["samplesize", *argv]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_external_validation_alone_needs_no_parameters(capsys):
    assert main(["samplesize", *NORMAL, "--prevalence", "0.22"]) == 0
    out = capsys.readouterr().out
    assert "Sample size for development" not in out
    assert "2,957 people are needed for external validation." in out
    assert "SD of the linear predictor 1.22, implied prevalence" in out
    told = "The stated prevalence is 0.22; the linear predictor implies 0.201 (odds ratio 0.89)."
    assert told in out
    assert main(["samplesize", *NORMAL, "--prevalence", "0.22", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["development"] is None
    assert said["external"]["n_required"] == 2957
    assert said["external"]["warnings"][0].startswith(told)
    assert said["external"]["given"]["implied_prevalence"] == pytest.approx(0.2013, abs=1e-4)
    assert said["metrics"]["external_validation_n_required"]["value"] == 2957


def test_external_validation_alone_of_a_continuous_outcome(capsys):
    argv = ["--type", "continuous", "--external", "--r2", "0.2", "--sd", "20", "--json"]
    assert main(["samplesize", *argv]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert main(["samplesize", *CONTINUOUS, "--external", "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    assert alone["external"] == both["external"]
    assert both["development"]["n_parameters"] == 25


def test_a_beta_distribution_of_the_risks(capsys):
    argv = ["--type", "binary", "--external", "--risk-alpha", "0.5", "--risk-beta", "0.5"]
    assert main(["samplesize", *argv, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["external"]
    assert said["given"]["prevalence"] == pytest.approx(0.5)
    assert said["warnings"] == ["The prevalence is not stated: the beta distribution implies 0.5."]
    n = {row["name"]: row["n"] for row in said["criteria"]}
    assert n["calibration slope"] == 1644  # of pmvalsampsize (Python) 0.1.0


def test_a_config_describes_the_people_of_a_validation(capsys):
    described = "samplesize={c_statistic: 0.75, external: {risk_alpha: 2, risk_beta: 6}}"
    argv = ["samplesize", WORSENING, "--set", described, "--external", "--json"]
    assert main(argv) == 0
    said = json.loads(capsys.readouterr().out)
    # The cohort's prevalence is that of development; the described people have their own.
    assert said["external"]["given"]["prevalence"] == pytest.approx(0.25)
    assert said["development"]["given"]["prevalence"] > 0.26


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["samplesize", "--help"])
    assert "example:\n  hiprisk samplesize --type continuous" in capsys.readouterr().out


def test_cases_and_controls_are_not_planned_as_a_random_sample(capsys):
    assert main(["samplesize", WORSENING, "--set", "sampling={case_control: 0.1}"]) == 2
    assert "sampling: cases and controls were sampled apart" in capsys.readouterr().err
