"""Whole patients and files of any kind: an answer in bounds or a letter, never a traceback."""

import csv
import io
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hiprisk.cohort.formulas import _UNSEEN
from hiprisk.errors import HipRiskError
from hiprisk.serving.dataframe import answer_frame
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from hiprisk.sheet.evaluate import SheetEvaluator
from small_bundle import small_sheet, write_small_bundle

NAMES = ("age_years", "sex", "lbp_any", "womac_function_0_100")
few = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
# Whole patients and whole files: what a user gives.
many = settings(few, max_examples=100)

numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**400), 10**400),
    st.integers(0, 110),
    st.floats(0, 100),
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["female", "male", "yes", "no", "NA", "", " 64 ", "1e400", "0x1", "64,5"]),
    st.integers(-1000, 1000).map(str),
    st.floats(0, 110).map(str),
)
anything = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    texts,
    st.binary(max_size=4),
    st.lists(st.integers(), max_size=2),
)
patients = st.dictionaries(st.sampled_from(NAMES), anything)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return [load(write_small_bundle(folder / kind, kind=kind)) for kind in ("continuous", "binary")]


NUMBERS = ("lower", "upper", "chance", "risk", "predicted")
CODES = ("OUT_OF_RANGE", "NOT_A_NUMBER", "NOT_FINITE", "UNKNOWN_CATEGORY", "TOO_MANY_MISSING")


def answer_or_letter(function, *arguments, **options):
    """What a function gives, or else its refusal; any other exception fails the test."""
    try:
        return function(*arguments, **options), None
    except HipRiskError as refusal:
        return None, refusal


def check_answer(model, values):
    """A prediction, its bounds and its chances lie where they can."""
    binary = model.sheet.outcome.kind == "binary"
    low, high = (0.0, 1.0) if binary else (0.0, 100.0)
    point = values["risk" if binary else "predicted"]
    assert low <= point <= high
    for level in ("80", "95"):
        assert low <= values[f"lower_{level}"] <= values[f"upper_{level}"] <= high
    assert all(0 <= v <= 1 for k, v in values.items() if k.startswith("chance_"))


@pytest.mark.slow
@many
@given(patient=patients)
def test_any_patient_gets_an_answer_in_bounds_or_a_letter(models, patient):
    for model in models:
        kept = dict(patient)
        found, refusal = answer_or_letter(model.predict, patient)
        if found is None:
            assert refusal.code in CODES
            assert "\n" not in str(refusal)
        else:
            check_answer(model, found.values)
            # What was given was used: only what says nothing is filled in.
            filled = set(found.values["imputed"])
            assert {n for n, v in patient.items() if isinstance(v, int)}.isdisjoint(filled)
        assert all(a is b for a, b in zip(kept.values(), patient.values(), strict=True))


@few
@given(rows=st.lists(patients, max_size=8))
def test_any_frame_gets_an_answer_for_each_row_in_order(models, rows):
    frame = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in NAMES}
    )
    for model in models:
        found = model.score(frame)
        assert found.index.equals(frame.index)
        point = "risk" if model.sheet.outcome.kind == "binary" else "predicted"
        refused = found["reason"] != ""
        assert (found[point].isna() == refused).all()
        for position in np.flatnonzero(~refused):
            check_answer(model, found.iloc[position].to_dict())


@few
@given(rows=st.lists(patients, min_size=1, max_size=6), order=st.randoms())
def test_a_rows_answer_does_not_depend_on_the_other_rows(rows, order):
    evaluator = SheetEvaluator(small_sheet())
    frame = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in NAMES}
    )
    places = list(range(len(rows)))
    order.shuffle(places)
    together = answer_frame(evaluator, frame)
    shuffled = answer_frame(evaluator, frame.iloc[places]).loc[together.index]
    pd.testing.assert_frame_equal(together, shuffled)


line_texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t"),
                     max_size=10)  # fmt: skip
file_rows = st.lists(
    st.tuples(line_texts, st.one_of(texts, numbers.map(str)), texts, texts,
              st.one_of(st.floats(0, 100).map(str), texts), line_texts),
    max_size=8,
)  # fmt: skip
HEADER = ("person_id", *NAMES, "note")


def one_line(cell):
    return "".join(c for c in str(cell) if c not in "\r\n\0")


def written(rows, path):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")


@pytest.mark.slow
@many
@given(rows=file_rows)
def test_any_file_comes_back_whole_unchanged_and_in_order(models, tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("file")
    rows = [tuple(one_line(cell) for cell in row) for row in rows]
    written(rows, folder / "in.csv")
    for model in models:
        out = folder / f"{model.sheet.outcome.kind}.csv"
        result, refusal = answer_or_letter(score_file, model, folder / "in.csv", out, raw_text=True)
        if result is None:
            assert refusal.code in ("ENCODING", "SHIFTED_CODES", "QUOTE", "UNIT_SUSPECT")
            assert not out.exists()
            continue
        with out.open(newline="", encoding="utf-8") as stream:
            found = list(csv.reader(stream))
        assert tuple(found[0][: len(HEADER)]) == HEADER
        assert [tuple(line[: len(HEADER)]) for line in found[1:]] == rows
        assert (result.n_rows, result.n_refused) == (len(rows), sum(bool(r[-1]) for r in found[1:]))
        for line in found[1:]:
            values = dict(zip(found[0], line, strict=True))
            if not values["reason"]:
                named = {k: float(v) for k, v in values.items() if k.startswith(NUMBERS)}
                assert all(math.isfinite(v) for v in named.values())
                check_answer(model, named)


@pytest.mark.slow
@few
@given(rows=file_rows)
@example(rows=[("", "", "", "", "=\x1b", "")])
def test_a_guarded_file_differs_by_apostrophes_alone(models, tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("file")
    rows = [tuple(one_line(cell) for cell in row) for row in rows]
    written(rows, folder / "in.csv")
    lines = []
    for raw in (True, False):
        options = {"raw_text": raw, "force": True}
        result, _ = answer_or_letter(
            score_file, models[0], folder / "in.csv", folder / "o.csv", **options
        )
        if result is None:
            return
        with (folder / "o.csv").open(newline="", encoding="utf-8") as stream:
            lines.append(list(csv.reader(stream)))
    for plain, guarded in zip(*lines, strict=True):
        for cell, shown in zip(plain, guarded, strict=True):
            assert shown in (cell, f"'{cell}")
            # A sign alone, whatever unseen stands by it, is no formula: it often means missing.
            alone = re.sub(f"[{_UNSEEN}]", "", shown) in {"=", "@", "+", "-"}
            assert alone or not shown.startswith(("=", "@", "\t"))
