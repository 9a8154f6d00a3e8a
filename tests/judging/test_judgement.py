"""An estimator judged in one call: the parts are those of the single procedures."""

import json

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hiprisk.errors import ConfigError
from hiprisk.judging.judgement import Judgement, judge
from hiprisk.validation import bootstrap_optimism, cross_validate, stability


@pytest.mark.slow
def test_its_parts_are_those_of_the_single_procedures(judged, people):
    assert isinstance(judged, Judgement)
    estimator = make_pipeline(StandardScaler(), LogisticRegression())
    how = {"event": "high", "n_resamples": 20}
    assert judged.optimism == bootstrap_optimism(estimator, *people, **how)
    assert judged.stability == stability(estimator, *people, thresholds=[0.3], **how)
    assert judged.cross_validation == cross_validate(
        estimator, *people, event="high", folds=4, repeats=1
    )


@pytest.mark.slow
def test_the_report_is_one_file_that_asks_for_nothing(judged, tmp_path):
    path = judged.write_report(tmp_path / "report.html", title="Progression of diabetes")
    page = path.read_text(encoding="utf-8")
    assert "<h1>Progression of diabetes</h1>" in page
    assert "https://" not in page
    assert page.count("data:image/svg+xml") == len(judged.figures())
    with pytest.raises(ConfigError, match=r"the output file exists .give `force=True`"):
        judged.write_report(path)
    judged.write_report(path, force=True)


@pytest.mark.slow
def test_a_name_that_ends_in_pdf_is_a_pdf(judged, tmp_path):
    pytest.importorskip("weasyprint", reason="WeasyPrint is absent")
    path = judged.write_report(tmp_path / "report.PDF")
    assert path.read_bytes()[:5] == b"%PDF-"


def test_figures_have_names_for_files(judged):
    assert set(judged.figures()) >= {
        "calibration_corrected.png", "calibration_loess.png", "net_benefit.png",
        "net_benefit_out_of_fold.png", "stability.png", "mape.png", "calibration_stability.png",
        "decision_stability.png", "decision_curve_stability.png",
    }  # fmt: skip


def test_it_goes_into_json_without_people(judged):
    plain = json.loads(json.dumps(judged.to_dict()))
    assert plain["n_events"] == judged.n_events
    assert plain["utility"]["net_benefit_0.3"]["value"] == judged.decision.model[29]
    assert len(json.dumps(plain["stability"])) < 20_000


def test_thresholds_of_risks_lie_inside_0_and_1(people):
    with pytest.raises(ConfigError, match="thresholds: a threshold probability lies inside"):
        judge(LogisticRegression(), *people, event="high", thresholds=[30])


def test_progress_names_the_stage(people):
    told = []
    judge(
        LogisticRegression(), *people, event="high", n_resamples=2, folds=2,
        progress=lambda stage, done, of: told.append((stage, done, of)),
    )  # fmt: skip
    assert told == [("bootstrap", 1, 2), ("bootstrap", 2, 2),
                    ("cross-validation", 1, 2), ("cross-validation", 2, 2)]  # fmt: skip


def test_a_notebook_shows_summary_and_metrics_and_no_person(judged):
    shown = judged._repr_html_()
    assert "<li>Optimism-corrected C statistic" in shown
    assert "<td>Brier score</td>" in shown
    assert repr(judged) == (
        "Judgement(StandardScaler + LogisticRegression, progression (binary), 200 rows, "
        "20 resamples)"
    )
