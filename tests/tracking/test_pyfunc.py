"""The MLflow model: rows in, answers or reasons out."""

import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.tracking.pyfunc import _load_pyfunc
from small_bundle import write_small_bundle


def test_the_pyfunc_model_answers_and_refuses(tmp_path):
    model = _load_pyfunc(str(write_small_bundle(tmp_path)))
    rows = pd.DataFrame({"womac_function_0_100": [50, "x", 500], "sex": ["male", None, "male"]})
    answered = model.predict(rows)
    assert answered["reason"].tolist() == [
        "",
        "NOT_A_NUMBER(womac_function_0_100)",
        "OUT_OF_RANGE(womac_function_0_100)",
    ]
    assert answered["predicted"].dtype == "float64"
    assert answered["predicted"].isna().tolist() == [False, True, True]
    # JSON has no NaN, so the records that a server writes have None.
    assert answered.to_dict(orient="records")[1]["predicted"] is None
    assert answered.to_dict("list")["predicted"][2] is None
    assert (
        model.predict([{"womac_function_0_100": 50, "sex": "male"}])["predicted"][0]
        == (answered["predicted"][0])
    )
    for bad, message in (
        (pd.DataFrame({"x": [1]}), "no column is a variable"),
        (3, "give a table"),
        (pd.DataFrame([[1, 2]], columns=["age_years"] * 2), "a column name comes twice"),
    ):
        with pytest.raises(InputError, match=message):
            model.predict(bad)
    with pytest.raises(InputError, match="takes no parameters"):
        model.predict(rows, params={"x": 1})
