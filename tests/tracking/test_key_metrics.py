"""Which figures of a study are metrics of its run, and which stand in its tables alone."""

from hiprisk.tracking.key_metrics import key_metrics, metrics_table


def _evidence(*metrics, **counts):
    whole = {"value": 0.5, "low": 0.4, "high": 0.6}
    return {"metrics": dict.fromkeys(metrics, whole), **counts}


def test_corrected_metrics_have_the_ends_of_their_intervals():
    found = key_metrics(_evidence("c_statistic_corrected", "brier_cross_validated", n_analysed=9))
    assert found == {
        "c_statistic_corrected": 0.5,
        "c_statistic_corrected_low": 0.4,
        "c_statistic_corrected_high": 0.6,
        "brier_cross_validated": 0.5,
        "n_analysed": 9.0,
    }


def test_an_update_s_cross_validated_metrics_have_intervals_in_place_of_corrected_ones():
    found = key_metrics(_evidence("rmse_before", "rmse_cross_validated", "rmse_apparent"))
    assert found == {
        "rmse_cross_validated": 0.5,
        "rmse_cross_validated_low": 0.4,
        "rmse_cross_validated_high": 0.6,
    }


def test_metrics_of_events_subgroups_and_blocks_are_left_to_the_table():
    names = ("added_r2", "c_statistic_worsening_corrected", "rmse_apparent", "net_benefit_0.2_x")
    evidence = _evidence(*names)
    assert key_metrics(evidence) == {}
    assert metrics_table(evidence)["metric"] == [
        "c_statistic_worsening_corrected", "rmse_apparent", "added_r2", "net_benefit_0.2_x",
    ]  # fmt: skip


def test_what_has_no_value_is_left_out():
    missing = {"value": None, "low": None, "high": None}
    assert key_metrics({"metrics": {"r2_corrected": missing}, "n_people": None}) == {}
    assert key_metrics({}) == {}
