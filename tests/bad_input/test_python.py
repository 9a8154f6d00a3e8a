"""Python as a way in: frames of every kind, no rows, threads, and a fork."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import hiprisk
from bad_input.commands import run
from hiprisk.errors import InputError
from hiprisk.tracking.pyfunc import _load_pyfunc

PLAIN = pd.DataFrame(
    {
        "age_years": [64.0, np.nan, 70.0],
        "sex": ["female", "male", None],
        "lbp_any": ["yes", "no", "yes"],
        "womac_function_0_100": [40.0, 55.0, 60.0],
    }
)


def categorical(frame):
    levels = pd.CategoricalDtype(["male", "female", "unused"])
    return frame.assign(sex=frame["sex"].astype(levels))


FRAMES = {
    "another index": lambda f: f.set_index(pd.Index(["c", "a", "b"], name="who")),
    "an index twice": lambda f: f.set_index(pd.Index([7, 7, 7])),
    "float32": lambda f: f.assign(
        womac_function_0_100=f["womac_function_0_100"].astype("float32")
    ),
    "whole numbers": lambda f: f.assign(womac_function_0_100=[40, 55, 60]),
    "object": lambda f: f.astype(object),
    "nullable": lambda f: f.convert_dtypes(),
    "Arrow": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
    "categories with one unused": categorical,
    "text": lambda f: f.assign(age_years=["64", None, " 70 "], womac_function_0_100=["40", "55",
                                                                                     "60.0"]),
    "further columns": lambda f: f.assign(note="x", person_id=[1, 2, 3]),
    "another order": lambda f: f[f.columns[::-1]],
    "a frame that cannot be written to": lambda f: pd.DataFrame(
        {n: pd.Series(_frozen(f[n])) for n in f}
    ),
}  # fmt: skip


def _frozen(series):
    values = series.to_numpy().copy()
    values.flags.writeable = False
    return values


@pytest.mark.parametrize("kind", FRAMES)
def test_99_every_kind_of_frame_gives_the_same_answers(small, kind):
    model = hiprisk.load("small")
    frame = FRAMES[kind](PLAIN)
    kept = frame.copy(deep=True)
    found = model.score(frame)
    expected = model.score(PLAIN)
    assert found.index.equals(frame.index)
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)
    pd.testing.assert_frame_equal(frame, kept)


def test_99_no_rows_give_no_rows(small):
    model = hiprisk.load("small")
    found = model.score(PLAIN.head(0))
    assert (len(found), list(found.columns)) == (0, list(model.score(PLAIN).columns))


@pytest.mark.parametrize("number", [64, 64.0, np.float32(64), np.int8(64), "64", " 64 ", "6.4e1"])
def test_99_every_kind_of_number_gives_the_same_answer(small, number):
    model = hiprisk.load("small")
    given = {"age_years": number, "womac_function_0_100": 40}
    expected = model.predict(age_years=64.0, womac_function_0_100=40.0)
    assert model.predict(given) == expected
    assert model.predict(pd.Series(given).to_dict()) == expected


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT, "", "NA"])
def test_99_every_kind_of_nothing_is_not_known(small, value):
    found = hiprisk.load("small").predict(age_years=value, womac_function_0_100=40)
    assert "age_years" in found.values["imputed"]


@pytest.mark.parametrize("value", [True, [64], {"a": 1}, b"64", 64j, object(), np.array([64.0])])
def test_99_what_is_no_number_is_refused(small, value):
    with pytest.raises(InputError, match="must be a number") as caught:
        hiprisk.load("small").predict(age_years=value, womac_function_0_100=40)
    assert caught.value.code == "NOT_A_NUMBER"


@pytest.mark.parametrize("digits", [400, 5000])
def test_43_a_whole_number_beyond_a_float_is_refused(small, digits):
    value = -(10**digits)
    model = hiprisk.load("small")
    for name, code in (("age_years", "NOT_FINITE"), ("sex", "UNKNOWN_CATEGORY")):
        with pytest.raises(InputError, match="got 'a number of more than 300 digits'") as caught:
            model.predict({name: value, "womac_function_0_100": 40})
        assert caught.value.code == code
        frame = pd.DataFrame({name: [value], "womac_function_0_100": [40]}, dtype=object)
        assert model.score(frame)["reason"].tolist() == [f"{code}({name})"]


@pytest.mark.parametrize("what", [3, "x", None, {"age_years": 3}, [[1, 2]]])
def test_99_what_is_no_table_is_refused_by_mlflows_model(small, what):
    with pytest.raises(InputError, match=r"a table with named columns|no column is a variable"):
        _load_pyfunc(str(small)).predict(what)


def test_99_threads_give_the_answers_of_one(small):
    model = hiprisk.load("small")
    frame = pd.concat([PLAIN] * 200, ignore_index=True)
    expected = model.score(frame)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(model.score, [frame] * 8):
            pd.testing.assert_frame_equal(found, expected)


def _answer_in_child(model, queue):
    queue.put(model.predict(age_years=64, womac_function_0_100=40).values["predicted"])


def test_99_a_fork_after_loading_answers(small):
    model = hiprisk.load("small")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_answer_in_child, args=(model, queue))
    child.start()
    found = queue.get(timeout=30)
    child.join(timeout=30)
    assert found == model.predict(age_years=64, womac_function_0_100=40).values["predicted"]


def test_100_a_simulated_model_says_so_everywhere(capsys, here, small):
    model = hiprisk.load("small")
    assert model.predict(womac_function_0_100=40).provenance == "simulated"
    assert "SIMULATED_MODEL" in model.score(PLAIN)["flags"].iloc[0]
    PLAIN.to_csv("in.csv", index=False)
    _, out, _ = run(capsys, "score", "small", "in.csv", "--out", "out.csv")
    assert out.startswith("SIMULATED DATA")
    assert (here / "out.csv").read_text().count("SIMULATED_MODEL") == 3
    _, out, _ = run(capsys, "predict", "small", "--womac-function-0-100", 40)
    assert "SIMULATED DATA" in out
