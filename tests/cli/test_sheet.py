"""``hiprisk sheet``: a published model becomes a bundle; a wrong one is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from commands import answer, run
from hiprisk.bundle import read_bundle
from ordinal_sheet import write_ordinal_bundle

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


def test_a_published_model_becomes_a_bundle_that_predicts(capsys, invented):
    bundle = read_bundle(invented)
    assert bundle.provenance == "published"
    assert "estimator.skops" not in bundle.manifest["files"]
    code, found = answer(capsys, "predict", "invented-womac", "--age-years", 65, "--sex", "male",
                         "--lbp-any", "no", "--hip-flexion-right-deg", np.degrees(1.75),
                         "--womac-function-0-100", 40)  # fmt: skip
    # 36, and the spline at 40: 0.1 x 30^3 / 60^2.
    assert code == 0
    assert found["predicted"] == pytest.approx(36 + 0.1 * 30**3 / 3600)


def test_a_sheet_is_shown_in_full(capsys, invented):
    code, out, _ = run(capsys, "sheet", "show", invented)
    assert code == 0
    assert "INVENTED COEFFICIENTS" in out
    assert "spline, knots 10, 40, 70" in out
    assert answer(capsys, "sheet", "show", invented)[1]["sheet"]["name"] == "invented-womac"


def test_an_unknown_key_names_file_and_line(capsys):
    Path("m.yaml").write_text("name: paper\ntittle: x\n")
    code, out, err = run(capsys, "sheet", "new", "m.yaml", "--json")
    assert code == 2
    assert "m.yaml: tittle (line 2): this key is not known" in err
    assert json.loads(out)["exit_code"] == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("coefficient: 1}", "coefficient: 1,5}", "decimal comma? write numbers with a point"),
        ("intercept: 36", "intercept: 36,5", "intercept (line 26): "),
        ("intercept: 36", "intercept: 36,5", "write it with a decimal point: 36.5"),
        (
            'level: "yes"',
            "level: ja",
            "m.yaml: terms (lbp_any) (line 31): 'ja' is not a known level",
        ),
        ("female: 0.6", "woman: 0.6", "m.yaml: predictors.sex.shares (line 39): 'woman' is no"),
    ],
)
def test_a_wrong_model_is_refused_with_file_line_and_a_guess(capsys, old, new, said):
    text = (CONFIGS / "published" / "invented_womac.yaml").read_text()
    assert old in text
    Path("m.yaml").write_text(text.replace(old, new))
    code, _, err = run(capsys, "sheet", "new", "m.yaml")
    assert code == 2
    assert said in err


def test_the_same_file_again_makes_no_new_version(capsys, invented):
    source = CONFIGS / "published" / "invented_womac.yaml"
    code, out, _ = run(capsys, "sheet", "new", source)
    assert code == 0
    assert out.startswith(f"nothing written: {invented}/1 is identical")
    assert answer(capsys, "sheet", "new", source)[1]["written"] is False
    Path("m.yaml").write_text(source.read_text().replace("intercept: 36", "intercept: 37"))
    _, out, _ = run(capsys, "sheet", "new", "m.yaml")
    assert out.startswith(f"written: {invented}/2")


def test_an_ordinal_model_is_shown_with_its_intercepts(capsys, tmp_path):
    code, out, _ = run(capsys, "sheet", "show", write_ordinal_bundle(tmp_path))
    assert code == 0
    assert "at least 45           intercept                 -3" in out
    assert out.count("  intercept  ") == 4
    formula, term, first = map(out.index, ("P(Y >= y) = F(", "\nlbp_any=yes", "\nat least 20 "))
    assert formula < term < first
    assert "intervals from the probabilities of 5 values of the score" in out


def test_few_residuals_are_said_where_a_sheet_is_shown_and_where_it_scores(
    capsys, invented, monkeypatch
):
    said = run(capsys, "sheet", "show", invented)[1]
    assert "Fewer than 39 residuals" not in said
    monkeypatch.setattr("hiprisk.wording.availability.guaranteed_coverage", lambda sheet: 0.9355)
    assert "cover at most 93.5 % of new outcomes." in run(capsys, "sheet", "show", invented)[1]
    Path("in.csv").write_text("person_id,womac_function_0_100\n1,40\n")
    err = run(capsys, "score", invented, "in.csv", "--out", "out.csv")[2]
    assert "hiprisk: Fewer than 39 residuals stand behind the prediction intervals" in err
