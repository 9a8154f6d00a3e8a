"""`hiprisk models`: bundles in a table, broken ones with the reason."""

import json
import re
from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.cli import main
from hiprisk.cli.models import _main_metric
from hiprisk.cohort.simulation.simulate import simulate_cohort
from small_bundle import write_small_bundle
from two_bundles import two_bundles


def listed(capsys, root, *more):
    assert main(["models", "--root", str(root), *more]) == 0
    return capsys.readouterr()


def test_a_broken_bundle_is_listed_with_its_reason(capsys, tmp_path):
    write_small_bundle(tmp_path)
    (write_small_bundle(tmp_path) / "run.json").unlink()
    rows = json.loads(listed(capsys, tmp_path, "--json").out)["models"]
    assert [row.get("reason") for row in rows] == [None, "run.json: the file is missing"]
    captured = listed(capsys, tmp_path)
    assert "MISSING_FILE" in captured.out
    assert captured.err.endswith("small/2: run.json: the file is missing\n")


@pytest.mark.parametrize("name", ["²", "notes", "01", "0", "-1"])
def test_a_folder_that_is_no_version_is_passed_over(capsys, tmp_path, name):
    write_small_bundle(tmp_path)
    (tmp_path / "small" / name).mkdir()
    rows = json.loads(listed(capsys, tmp_path, "--json").out)["models"]
    assert [row["version"] for row in rows] == ["1"]


def test_a_main_metric_has_its_interval_where_there_is_one():
    figures = {"value": 0.3, "low": 0.2, "high": 0.41}
    assert _main_metric({"r2_corrected": figures}) == "R², optimism-corrected 0.30 (0.20 to 0.41)"
    assert (
        _main_metric({"r2_corrected": {**figures, "low": None}}) == "R², optimism-corrected 0.300"
    )


def test_a_study_without_corrected_figures_shows_how_its_own_was_estimated():
    figures = {"value": 0.3, "low": None, "high": None}
    both = {"r2_out_of_fold": figures, "r2_cross_validated": {**figures, "value": 0.25}}
    assert _main_metric(both) == "R², cross-validated 0.250"
    assert _main_metric({"r2_out_of_fold": figures}) == "R², out-of-fold 0.300"


@pytest.mark.parametrize("metrics", [None, [], {"r2_corrected": 1}, {"r2_corrected": {}}])
def test_evidence_without_a_main_metric_leaves_the_cell_empty(metrics):
    assert _main_metric(metrics) == ""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.fixture
def small():
    return write_small_bundle(Path("models"))


def test_models_lists_bundles_and_names_broken_ones(capsys, small):
    broken = write_small_bundle(Path("models"))
    (broken / "card.md").write_text("x")
    code, found = answer(capsys, "models")
    assert code == 0
    assert [row["data"] for row in found["models"]] == ["simulated", "CHANGED"]
    _, out, _ = run(capsys, "models")
    assert "R², optimism-corrected 0.300" in out
    assert "no bundles in" in run(capsys, "models", "--root", "nowhere")[1]


def test_two_studies_beside_each_other(capsys, tmp_path):
    two_bundles(tmp_path / "models", config={"seed": 3})
    code, out, _ = run(capsys, "models", "--compare", "small", "other@1")
    assert code == 0
    assert out.startswith("small@1 -> other@1: what differs\n")
    assert "- Seed: 1 -> 3\n" in out
    code, found = answer(capsys, "models", "--compare", "small", "other")
    assert code == 0
    assert found["differences"]["config"][1]["key"] == "seed"


def test_a_study_beside_itself_and_beside_none_is_refused(capsys, small):
    code, _, err = run(capsys, "models", "--compare", "small", small)
    assert code == 2
    assert "error[SAME_BUNDLE]: --compare: both are the same bundle" in err
    code, _, err = run(capsys, "models", "--compare", "small", "nobodys")
    assert code == 4
    assert "error[NO_BUNDLE]: nobodys: there is no bundle here" in err
    code, _, err = run(capsys, "models", "--compare", "small@7", "small")
    assert code == 4
    assert "error[NO_BUNDLE]" in err
    assert run(capsys, "models", "--compare", "small")[0] == 2


@pytest.fixture
def updated(invented, cohort_folder, capsys):
    """Versions 1 and 2 of one model: the second fitted to cohort.csv."""
    assert run(capsys, "update", invented, "cohort.csv", "--method", "recalibrate")[0] == 0
    return ["--compare", "invented-womac@1", "invented-womac@2"]


@pytest.mark.slow
def test_two_models_on_common_people(capsys, updated):
    simulate_cohort("stupar", n=300, seed=8).frame.to_csv("new.csv", index=False)
    words = ["models", *updated, "--cohort", "new.csv", "--resamples", "60"]
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert "people of new.csv; difference: invented-womac@2 minus invented-womac@1" in out
    assert len(out.splitlines()) <= 40
    assert "CAUTION" not in out
    code, found = answer(capsys, *words, "--where", "sex=female")
    paired = found["paired"]
    assert code == 0
    assert 100 < paired["n"] == paired["n_people"] < 250
    assert [one["metric"] for one in paired["differences"]] == [
        "r2", "rmse", "mae", "calibration_slope",
    ]  # fmt: skip
    for one in paired["differences"]:
        gap = one["second"]["value"] - one["first"]["value"]
        assert one["difference"]["value"] == pytest.approx(gap)
        assert one["difference"]["low"] <= gap <= one["difference"]["high"]


@pytest.mark.slow
def test_each_is_evaluated_as_validate_does(capsys, updated):
    words = ["--cohort", "cohort.csv", "--resamples", "50"]
    _, found = answer(capsys, "models", *updated, *words)
    for side, name in (("first", "invented-womac@1"), ("second", "invented-womac@2")):
        _, alone = answer(capsys, "validate", name, "cohort.csv", "--by", "--resamples", "50")
        for one in found["paired"]["differences"]:
            expected = alone["metrics"][one["metric"]]["value"]
            assert one[side]["value"] == pytest.approx(expected, rel=1e-12)
    assert found["paired"]["cautions"] == [
        "invented-womac@2 was fitted to these people: its figures are apparent ones"
    ]
    assert "CAUTION: invented-womac@2 was fitted" in run(capsys, "models", *updated, *words)[1]


@pytest.mark.slow
def test_a_cohort_without_the_outcome_is_refused(capsys, updated, simulated):
    simulated.drop(columns="womac_function_followup_0_100").to_csv("n.csv", index=False)
    code, _, err = run(capsys, "models", *updated, "--cohort", "n.csv")
    assert code == 3
    assert "error[MISSING_COLUMN]: n.csv: womac_function_followup_0_100" in err


def test_models_of_other_outcomes_have_no_common_cohort(capsys, cohort_folder):
    two_bundles(Path("models"), outcome={"horizon_months": 24.0})
    words = ["models", "--compare", "small", "other"]
    code, _, err = run(capsys, *words, "--cohort", "cohort.csv")
    assert code == 2
    assert "error[OTHER_OUTCOME]: --compare: the models predict other outcomes" in err
    code, found = answer(capsys, *words)
    assert (code, found["same_outcome"], found["paired"]) == (0, False, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cohort", "c.csv"], "--cohort goes with --compare A B"),
        (["--compare", "a", "b", "--mapping", "m.yaml"], "--mapping says how a cohort is read"),
        (["--compare", "a", "b", "--where", "sex=male"], "--where says how a cohort is read"),
    ],
)
def test_options_that_would_be_left_unused_are_refused(capsys, words, said):
    code, _, err = run(capsys, "models", *words)
    assert code == 2
    assert said in err


@pytest.mark.slow
def test_the_python_of_the_how_to_gives_the_same(capsys, updated):
    """The two examples of docs/how-to/compare-models.md, as they are written there."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "compare-models.md").read_text("utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL))
    code = code.replace("stupar@", "invented-womac@").replace("newcohort.csv", "cohort.csv")
    names = {}
    exec(code, names)
    paired = answer(capsys, "models", *updated, "--cohort", "cohort.csv")[1]["paired"]
    assert [one.to_dict() for one in names["found"].differences] == paired["differences"]
