"""Archives of estimators: only named types are built, wherever they stood when it was written.

Archives that older code wrote are in `tests/compat`.
"""

import importlib
import io
import json
import os
import zipfile

import numpy as np
import pytest
import skops.io

from fitted_studies import fitted, study
from hiprisk.errors import BundleError
from hiprisk.features.design import Design
from hiprisk.learning.model_types import FitTask
from hiprisk.learning.pipeline import StudyEstimator
from hiprisk.learning.sheets.skops_file import (
    MOVED_TYPES,
    TRUSTED_TYPES,
    dump_estimator,
    load_estimator,
)
from hiprisk.sheet.conditional_normal import NormalModel

NOW, OLD = "hiprisk.sheet.conditional_normal", "hiprisk.sheet.missing"


@pytest.fixture(scope="module")
def estimator():
    name = ("age_years",)
    design = Design(variables=name, columns=(), derived=(), inputs=name, predictor_of=name)
    task = FitTask(names=name, link="identity")
    made = StudyEstimator(design=design, family="mean", params={}, task=task)
    made.imputation_ = NormalModel(mean=np.array([65.0]), precision=np.array([[0.015]]))
    return made


def with_schema(data, change):
    """An archive whose schema is another text."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text) if name == "schema.json" else text)
    return written.getvalue()


def test_an_archive_with_another_type_is_refused(tmp_path):
    path = tmp_path / "estimator.skops"
    path.write_bytes(skops.io.dumps({"run": os.system}))
    with pytest.raises(BundleError, match=r"not trusted: .*system") as caught:
        load_estimator(path)
    assert caught.value.code == "UNTRUSTED_TYPE"


def test_a_pickle_named_skops_is_refused(tmp_path):
    path = tmp_path / "estimator.skops"
    path.write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(BundleError, match="not a skops archive"):
        load_estimator(path)


def test_every_trusted_type_of_ours_is_there_by_that_name():
    ours = [name for name in TRUSTED_TYPES if name.startswith("hiprisk.")]
    for name in [*ours, *MOVED_TYPES.values()]:
        module, _, cls = name.rpartition(".")
        assert getattr(importlib.import_module(module), cls).__module__ == module


def test_a_type_that_moved_is_read_from_its_present_place(estimator):
    data = dump_estimator(estimator)
    old = with_schema(data, lambda text: text.replace(NOW.encode(), OLD.encode()))
    assert OLD.encode() in old
    again = load_estimator(old)
    assert type(again.imputation_) is NormalModel
    assert again.imputation_.mean == [65.0]


def test_another_type_of_a_module_that_moved_is_not_trusted(estimator):
    def renamed(text):
        schema = json.loads(text)
        found = schema["content"]["content"]["imputation_"]
        found["__module__"], found["__class__"] = OLD, "Other"
        return json.dumps(schema).encode()

    with pytest.raises(BundleError, match=r"not trusted: hiprisk\.sheet\.missing\.Other$"):
        load_estimator(with_schema(dump_estimator(estimator), renamed))


@pytest.mark.parametrize("family", ["mean", "linear", "boosting"])
def test_an_estimator_comes_back_from_its_archive(continuous, family, tmp_path):
    estimator = fitted(continuous, family)
    path = tmp_path / "estimator.skops"
    path.write_bytes(dump_estimator(estimator))
    again = load_estimator(path)
    frame = continuous[1].frame
    assert (again.predict(frame) == estimator.predict(frame)).all()


def test_a_logistic_estimator_comes_back_from_its_archive(binary, tmp_path):
    path = tmp_path / "estimator.skops"
    for family in ("logistic", "boosting"):
        estimator = fitted(binary, family)
        path.write_bytes(dump_estimator(estimator))
        frame = binary[1].frame
        assert (load_estimator(path).predict(frame) == estimator.predict(frame)).all()


def test_an_ordinal_estimator_comes_back_as_it_was():
    parts = study(n=120)
    estimator = fitted(parts, "ordinal")
    again = load_estimator(dump_estimator(estimator))
    assert (again.fit_.intercepts == estimator.fit_.intercepts).all()
    columns = parts[4].columns
    assert (again.predict_numeric(columns) == estimator.predict_numeric(columns)).all()
