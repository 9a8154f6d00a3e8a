"""All metrics of given predictions with their intervals, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics import evaluate_predictions, normal_forecast
from hiprisk.metrics.intervals.resampled import metric_intervals
from hiprisk.metrics.registry import metrics_for
from metric_examples import example


@pytest.fixture(scope="module")
def risks():
    y, p = example("binary", n=120)[:2]
    return np.asarray(y, dtype=float), np.asarray(p, dtype=float)


def test_every_metric_has_the_interval_that_studies_report(risks):
    y, p = risks
    found = evaluate_predictions(y, p, n_resamples=20, seed=3)
    own = metric_intervals(
        "binary", y, p, groups=np.arange(120), seed=3, name="evaluation", n_resamples=20
    )
    assert found.metrics == own
    assert [one.name for one in found.metrics] == [
        one.name for one in metrics_for("binary", costly=True)
    ]


def test_frames_lists_and_booleans_are_read_alike(risks):
    y, p = risks
    frame = pd.DataFrame({"happened": y == 1, "risk": p}, index=np.arange(120)[::-1])
    how = {"metrics": ["c_statistic", "brier"], "n_resamples": 0}
    expected = evaluate_predictions(y, p, **how)
    assert evaluate_predictions(frame["happened"], frame["risk"], **how) == expected
    assert evaluate_predictions(list(y), list(p), **how) == expected
    assert evaluate_predictions(pd.Series(y, dtype="Int64"), p, **how) == expected


def test_numbers_are_continuous_and_zeros_and_ones_binary():
    assert evaluate_predictions([0, 1, 1], [0.2, 0.4, 0.7], n_resamples=0).kind == "binary"
    assert evaluate_predictions([0, 1, 2], [0.2, 0.4, 0.7], n_resamples=0).kind == "continuous"


def test_two_hips_of_a_person_go_together(risks):
    y, p = risks
    each = evaluate_predictions(y, p, metrics=["brier"])["brier"]
    both = evaluate_predictions(
        np.r_[y, y], np.r_[p, p], metrics=["brier"], groups=np.r_[np.arange(120), np.arange(120)]
    )["brier"]
    assert both.low == pytest.approx(each.low, abs=2e-3)


def test_labels_of_persons_may_be_texts(risks):
    y, p = risks
    persons = np.arange(120) // 2
    how = {"metrics": ["cox_snell_r2_as_is"], "n_resamples": 30}
    texts = [f"patient {one:03d}" for one in persons]
    assert evaluate_predictions(y, p, groups=texts, **how) == evaluate_predictions(
        y, p, groups=persons, **how
    )


def test_a_weight_of_two_equals_the_same_row_twice(risks):
    y, p = risks
    twice = evaluate_predictions(np.r_[y, y[0]], np.r_[p, p[0]], metrics=["c_statistic"])
    weighted = evaluate_predictions(y, p, weights=np.r_[2.0, np.ones(119)], metrics=["c_statistic"])
    assert weighted["c_statistic"].value == pytest.approx(twice["c_statistic"].value)


def test_curves_of_few_people_are_not_available():
    found = evaluate_predictions([0, 1, 1, 0], [0.2, 0.4, 0.7, 0.5], n_resamples=0)
    assert found.not_available["ici"] == "a calibration curve needs 50 people, these are 4"
    with pytest.raises(KeyError, match="there is no 'ici': a calibration curve needs 50 people"):
        found["ici"]


def test_the_frame_names_metrics_for_people_and_machines(risks):
    frame = evaluate_predictions(*risks, metrics=["c_statistic"], n_resamples=0).to_frame()
    assert list(frame.columns) == ["metric", "label", "value", "low", "high"]
    assert frame.loc[0, "label"] == "C statistic"


def test_forecasts_are_evaluated_as_distributions():
    found = evaluate_predictions(
        [1.0, 2.0, 4.0], normal_forecast([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]), n_resamples=0
    )
    assert found.kind == "distribution"
    assert found["coverage_95"].value == 1.0


@pytest.mark.parametrize(("observed", "predicted", "extra", "said"), [
    ([0, 1], [0.1, 0.2, 0.3], {}, "'predicted' has 3 entries, 'observed' has 2"),
    ([0, 1], [0.1, np.nan], {}, "'predicted' has 1 missing or infinite entries, first at pos"),
    ([0, 1], [0.1, 40.0], {}, r"'predicted' must lie in \[0, 1\]; 1 of 2 do not, first at posit"),
    ([0, 0], [0.1, 0.4], {}, "needs events and non-events"),
    (["no", "yes"], [0.1, 0.4], {}, "'observed' must be one column of numbers"),
    ([0, 1], [[0.9, 0.1], [0.6, 0.4]], {}, r"got shape \(2, 2\) \(of `predict"),
    ([0, 1], [0.1, 0.4], {"groups": [1]}, "'groups' has 1 entries, 'observed' has 2"),
    ([0, 1], [0.1, 0.4], {"groups": ["a", None]}, "'groups' has 1 missing entries, first at"),
    ([0, 1], [0.1, 0.4], {"weights": [1, -1]}, "'weights' must not be negative"),
    ([0, 1], [0.1, 0.4], {"weights": [1]}, "'weights' has 1 entries"),
    ([0, 1], [0.1, 0.4], {"level": 95}, r"'level' must lie inside \(0, 1\), got 95"),
    ([], [], {}, "must be one non-empty column"),
])  # fmt: skip
def test_bad_input_is_refused_with_the_rule(observed, predicted, extra, said):
    with pytest.raises(InputError, match=said):
        evaluate_predictions(observed, predicted, **extra)


@pytest.mark.parametrize(("extra", "said"), [
    ({"kind": "ordinal"}, "predictions of kind 'binary' or 'continuous', not 'ordinal'"),
    ({"metrics": ["auc"]}, "there is no metric 'auc' of a binary outcome"),
])  # fmt: skip
def test_what_there_is_not_is_refused(extra, said):
    with pytest.raises(ConfigError, match=said):
        evaluate_predictions([0, 1], [0.1, 0.4], **extra)


def test_the_same_rows_in_another_order_are_refused():
    y = pd.Series([0, 1, 1], index=["a", "b", "c"])
    p = pd.Series([0.9, 0.2, 0.7], index=["c", "a", "b"])
    with pytest.raises(InputError, match="the same index in another order, and rows go by"):
        evaluate_predictions(y, p)


def test_an_outcome_of_two_other_codes_is_not_taken_for_a_score():
    observed, risk = [1, 2] * 10, [0.2, 0.7] * 10
    with pytest.raises(InputError, match="two different values, and they are not 0 and 1"):
        evaluate_predictions(observed, risk)
    assert evaluate_predictions(observed, risk, kind="continuous").kind == "continuous"
