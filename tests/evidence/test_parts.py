"""Parts of the evidence: who is counted, what is left out, which number a figure has."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.evidence import parts
from hiprisk.evidence.attempts import Attempts
from hiprisk.evidence.declared_parts import frame_of_groups
from hiprisk.metrics.estimate import Estimate

BINARY = SimpleNamespace(kind="binary", thresholds=(0.2,), events=())
SCORE = SimpleNamespace(
    kind="continuous", thresholds=(0.2,),
    events=(SimpleNamespace(reference="fixed", value=30.0),
            SimpleNamespace(reference="baseline", value=10.0)),
)  # fmt: skip


def stub(outcome=SCORE, **known):
    config = {"outcome": outcome, "blocks": {}, "association": None}
    config |= known.pop("config", {})
    return SimpleNamespace(
        config=SimpleNamespace(**config), predicts_nothing=known.pop("predicts_nothing", False),
        **known,
    )  # fmt: skip


def assessed(monkeypatch, outcome, y, groups):
    """What the assessment of a study's size is told."""
    told = {}
    monkeypatch.setattr(parts, "assess_study", lambda config, **said: told.update(said))
    monkeypatch.setattr(parts, "count_parameters", lambda config, design: 7)
    y = np.asarray(y, dtype=float)
    known = ~np.isnan(y)
    corrected = {"r2": 0.31, "nagelkerke_r2_as_is": 0.22}
    study = stub(
        outcome, data=SimpleNamespace(outcome=y, groups=np.asarray(groups)), known=known,
        prepared=SimpleNamespace(design=None),
        bootstrap=SimpleNamespace(table=SimpleNamespace(corrected=lambda: corrected)),
    )  # fmt: skip
    parts.sample_size_part(study)
    return told


def test_people_are_counted_not_their_hips(monkeypatch):
    told = assessed(monkeypatch, SCORE, [10.0, 20.0, 30.0, np.nan], [5, 5, 9, 7])
    assert (told["n"], told["n_rows"], told["n_parameters"]) == (2, 3, 7)
    assert (told["mean"], told["sd"]) == (20.0, 10.0)
    assert told["strength"] == 0.31
    assert told["n_events"] is None


def test_one_hip_of_two_with_the_event_is_half_an_event(monkeypatch):
    # Persons 1 and 2 have one event in two hips each, person 3 an event: 0.5 + 0.5 + 1.
    told = assessed(monkeypatch, BINARY, [1, 0, 0, 1, 1, 0], [1, 1, 2, 2, 3, 4])
    assert (told["n"], told["n_events"]) == (4, 2)
    assert told["strength"] == 0.22
    assert (told["mean"], told["sd"]) == (None, None)


def test_a_constant_prediction_keeps_the_metrics_that_it_can_have():
    names = {one.name for one in parts.metrics_of("binary", "mean")}
    assert {"brier", "c_statistic"} <= names
    assert "calibration_slope" not in names
    assert "calibration_slope" in {one.name for one in parts.metrics_of("binary", "logistic")}


@pytest.mark.parametrize(("outcome", "thresholds"), [(SCORE, (30.0,)), (BINARY, (0.2,))])
def test_instability_is_told_where_one_acts(monkeypatch, outcome, thresholds):
    told = {}
    monkeypatch.setattr(parts, "study_stability", lambda *given, **said: told.update(said))
    parts.stability_part(stub(outcome, refits=None, data=SimpleNamespace(outcome=None),
                              apparent=None))  # fmt: skip
    assert told["thresholds"] == thresholds


def test_a_model_that_predicts_nothing_has_neither_instability_nor_subgroups():
    nothing = stub(predicts_nothing=True)
    assert parts.stability_part(nothing) is None
    assert parts.subgroups_part(nothing, None, None) is None


def sites_of(sites, *, asked=True, predicts_nothing=False):
    validation = SimpleNamespace(internal_external=asked, smallest_site=20)
    selection = SimpleNamespace(development=SimpleNamespace(sites=np.asarray(sites)))
    return stub(
        config={"validation": validation}, prepared=SimpleNamespace(selection=selection),
        predicts_nothing=predicts_nothing,
    )  # fmt: skip


@pytest.mark.parametrize(
    "study",
    [
        sites_of([0, 0, 0]),
        sites_of([0, 1, 1], asked=False),
        sites_of([0, 1, 1], predicts_nothing=True),
    ],
)
def test_one_site_or_none_asked_for_is_no_part(study):
    assert parts.sites_part(study) is None


def test_a_site_is_a_number_and_no_hospital():
    assert [parts._site_label(number) for number in (0, 11)] == ["site 1", "site 12"]


def test_parts_that_nobody_declared_are_none():
    assert parts.added_part(stub(config={"blocks": {"core": ("age_years",)}})) is None
    assert parts.added_part(stub(config={"blocks": {"a": (), "b": ()}})) is None
    assert parts.association_part(stub()) is None
    validation = SimpleNamespace(repeats=0)
    assert parts.cross_validation_part(stub(config={"validation": validation})) is None


def test_blocks_that_cannot_be_compared_are_a_part_that_is_not_available(monkeypatch):
    def refuse(*given, **told):
        raise ConfigError("5 blocks have 31 combinations", advice="add at most 4 at a time")

    monkeypatch.setattr(parts, "added_value", refuse)
    study = stub(
        config={
            "blocks": {"core": (), "b": ()},
            "subgroups": SimpleNamespace(smallest_cell=10),
        },
        data=None, sheet=SimpleNamespace(provenance=""),
        prepared=SimpleNamespace(dictionary=None, design=None, workers=1, progress=None),
    )  # fmt: skip
    tried = Attempts()
    assert tried.part("added", lambda: parts.added_part(study)) is None
    assert tried.not_available == {
        "added": "5 blocks have 31 combinations (add at most 4 at a time)"
    }


def test_a_binary_outcome_is_its_own_event_with_the_same_interval():
    value = Estimate(name="brier", value=0.2, low=0.1, high=0.3)
    performance = SimpleNamespace(
        of_outcome=lambda: (value,), of_event=lambda event: (Estimate(name="c", value=0.8),),
        events=(SimpleNamespace(name="worsening"),),
    )  # fmt: skip
    found = parts._by_event(performance)
    assert found["", "brier"] is found[parts.OUTCOME, "brier"] is value
    assert found["worsening", "c"].value == 0.8


def refusing(code):
    def refuse(*given, **told):
        raise InputError("no", code=code)

    return refuse


def sites_that_could_be_fitted():
    study = sites_of([0, 1, 1])
    study.refit_procedure = lambda: None
    study.data = SimpleNamespace(outcome=None, groups=None)
    study.chosen = SimpleNamespace(name="linear")
    study.prepared.workers, study.prepared.progress = 1, print
    study.config.subgroups = SimpleNamespace(smallest_cell=7)
    return study


def test_sites_that_are_too_small_are_no_part_and_another_refusal_is_not_hidden(monkeypatch):
    study = sites_that_could_be_fitted()
    monkeypatch.setattr(parts, "internal_external", refusing("FEW_SITES"))
    assert parts.sites_part(study) is None
    monkeypatch.setattr(parts, "internal_external", refusing("DEGENERATE"))
    with pytest.raises(InputError, match="no"):
        parts.sites_part(study)


@pytest.mark.parametrize("columns", [{"site": ["A", "B", "A"]}, {}])
def test_a_hospitals_name_reaches_no_subgroup(monkeypatch, columns):
    told = []
    monkeypatch.setattr(
        parts, "subgroup_performance", lambda sample, frame, **settings: told.append(frame)
    )
    frame = pd.DataFrame({"sex": ["male", "female", "male"], **columns})
    people = SimpleNamespace(frame=frame, sites=np.array([0, 1, 0]))
    selection = SimpleNamespace(development=people)
    study = stub(
        out_of_fold=SimpleNamespace(rows=np.array([0, 1])),
        prepared=SimpleNamespace(selection=selection, workers=1, progress=print, dictionary=None),
        config={"subgroups": None, "seed": 1},
    )  # fmt: skip
    performance = SimpleNamespace(of_outcome=lambda: (), events=())
    parts.subgroups_part(study, None, performance)
    assert len(told[0]) == 2
    if columns:
        assert told[0]["site"].tolist() == ["1", "2"]
    else:
        assert "site" not in told[0]


def test_sites_keep_their_number_where_one_is_held_out_and_an_unknown_one_is_none(monkeypatch):
    told = []
    monkeypatch.setattr(parts, "internal_external", lambda *given, **how: told.append(how))
    study = sites_that_could_be_fitted()
    # Of sites 1 to 4 in the file the second is held out; one person's is unknown.
    study.prepared.selection.development.sites = np.array([0, 3, 2, -1, 3])
    parts.sites_part(study)
    assert told[0]["labels"] == ["site 1", "site 3", "site 4"]
    assert told[0]["sites"].tolist() == [0, 2, 1, -1, 2]
    assert told[0]["smallest_cell"] == 7


def test_people_of_an_unknown_site_are_no_group_of_their_own():
    people = SimpleNamespace(
        frame=pd.DataFrame({"site": ["A", None]}), sites=np.array([0, -1])
    )  # fmt: skip
    found = frame_of_groups(people, np.array([0, 1]))["site"]
    assert (found[0], found.isna().tolist()) == ("1", [False, True])
