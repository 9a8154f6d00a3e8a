"""The association table over stacked imputations of a file, and what cannot be pooled."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from association_tables import study
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.association import run_associate
from hiprisk.inference.increment import run_compare
from hiprisk.learning.study_cohort import select_study_imputations, select_study_participants

N = 240


@pytest.fixture(scope="module")
def complete():
    frame = simulate_cohort("stupar", n=N, seed=3).frame
    numbers = frame.select_dtypes("number").columns
    frame = frame.assign(**{name: frame[name].fillna(frame[name].median()) for name in numbers})
    texts = frame.columns.difference([*numbers, "person_id"])
    return frame.assign(**{name: frame[name].fillna(frame[name].mode()[0]) for name in texts})


@pytest.fixture
def stacked(tmp_path, complete):
    """A study of the same people, three times; what a change makes of each imputation."""

    def made(change=lambda number, frame: frame):
        parts = [change(number, complete).assign(imp=number) for number in (1, 2, 3)]
        pd.concat(parts).to_csv(tmp_path / "stack.csv", index=False)
        names = ", ".join(f"{name}: {name}" for name in complete.columns)
        (tmp_path / "m.yaml").write_text(
            f"imputation_column: imp\nprovenance: simulated\nvariables: {{{names}}}\n"
        )
        config = study("association.splines={}", "association.negative_control=null",
                       "association.strata=null", name="stupar")  # fmt: skip
        cohort = dataclasses.replace(config.cohort, simulate=None, file=str(tmp_path / "stack.csv"),
                                     mapping=str(tmp_path / "m.yaml"))  # fmt: skip
        return dataclasses.replace(config, cohort=cohort)

    return made


def more_bmi(number, frame):
    rng = np.random.default_rng(number)
    return frame.assign(bmi_kg_m2=(frame["bmi_kg_m2"] + rng.normal(0, 3, N)).clip(16, 60))


def test_people_count_once_and_the_imputations_are_those_of_the_file(stacked):
    table = run_associate(stacked(more_bmi))
    row = table.row("adjusted")
    assert table.n_imputations == 3
    assert row.n < N
    assert 0 < row.share_missing < 1
    assert "3 imputations of the file" in " ".join(table.notes)
    assert table.flow[0].n_remaining == N


def test_imputations_that_agree_have_the_table_of_one(stacked):
    config = stacked()
    table = run_associate(config)
    one = stacked(lambda number, frame: frame)
    path = config.cohort.mapping
    with open(path, "a") as file:
        file.write("imputations: ['2']\n")
    alone = run_associate(one)
    for several, single in zip(table.rows, alone.rows, strict=True):
        assert several.estimate.value == pytest.approx(single.estimate.value, abs=1e-9)
        assert several.se == pytest.approx(single.se, rel=1e-9)
        assert several.n == single.n


def other_outcome(number, frame):
    name = "womac_function_followup_0_100"
    moved = frame[name] + np.random.default_rng(number).normal(0, 8, N) * (frame.index < 100)
    return frame.assign(**{name: moved.clip(0, 100)})


def no_outcome(number, frame):
    name = "womac_function_followup_0_100"
    return frame.assign(**{name: frame[name].where(frame.index > number)})


def test_an_imputed_outcome_is_taken_from_its_own_imputation(stacked):
    row, as_it_was = (
        run_associate(stacked(how)).row("adjusted") for how in (other_outcome, more_bmi)
    )
    assert row.n == as_it_was.n
    assert row.share_missing > 2 * as_it_was.share_missing


def gap(number, frame):
    return frame.assign(bmi_kg_m2=frame["bmi_kg_m2"].where(frame.index > 3))


def fewer(number, frame):
    name = "hip_replacement_before_followup"
    return frame.assign(**{name: frame[name].where(frame.index >= number, "yes")})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (no_outcome, "outcomes are known in one imputation that another lacks"),
        (gap, "the file's imputations still have missing values in 1 of"),
        (fewer, "other people take part in one imputation than in another"),
    ],
)
def test_what_is_no_imputation_of_the_same_study_is_refused(stacked, change, message):
    with pytest.raises(InputError, match=message) as refused:
        run_associate(stacked(change))
    assert (refused.value.code, refused.value.exit_code) == ("STACKED_ROWS", 3)


def test_exposure_that_was_imputed_counts_as_unknown(stacked):
    def other(number, frame):
        flipped = frame["lbp_any"].map({"yes": "no", "no": "yes"})
        return frame.assign(
            lbp_any=frame["lbp_any"].where((frame.index >= 9) | (number < 2), flipped)
        )

    _, selection = select_study_imputations(stacked(other))
    people = selection.development
    assert len(people.imputations) == 3
    known = people.take(~np.isnan(people.outcome))
    assert [len(one.frame) for one in known.imputations] == [known.n_analysed] * 3
    table = run_associate(stacked(other))
    assert "with the exposure imputed" in table.notes[0]


@pytest.mark.parametrize("task", [select_study_participants, run_compare])
def test_other_tasks_refuse_the_stack(stacked, task):
    with pytest.raises(ConfigError, match="each person would count several times"):
        task(stacked())
