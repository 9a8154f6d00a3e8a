"""What contradicts itself in an ordinal model is refused."""

import dataclasses
import json

import pytest

from hiprisk.errors import BundleError
from hiprisk.sheet.document import ordinal
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.format import Distribution
from ordinal_sheet import INTERCEPTS, ordinal_model, ordinal_sheet
from small_bundle import small_sheet


def test_an_ordinal_sheet_comes_back_as_it_was():
    sheet = ordinal_sheet()
    assert parse_sheet(sheet.to_json()) == sheet
    assert sheet.schema_version == 3


WRONG = {
    "one value": ({"values": (0.0,), "intercepts": ()}, "has 2 to 1000 values, and this one has 1"),
    "a value twice": ({"values": (0.0, 20.0, 20.0, 70.0, 100.0)}, "values of the score do not"),
    "a value beyond the bounds": (
        {"values": (0.0, 20.0, 45.0, 70.0, 101.0)},
        "a value of the score lies outside the outcome's bounds",
    ),
    "a value below the bounds": (
        {"values": (-1.0, 20.0, 45.0, 70.0, 100.0)},
        "a value of the score lies outside the outcome's bounds",
    ),
    "an intercept too few": (
        {"intercepts": INTERCEPTS[:3], "refits": None},
        r"the intercepts do not fit the values.*\(5 values, 3 intercepts\)",
    ),
    "equal intercepts": ({"intercepts": (-1.0, -3.0, -3.0, -7.5)}, "intercepts of the model do"),
    "a refit that ascends": (
        {"refits": ((-1.0, -3.0, -2.0, -7.5, 0.02, 0.08, -0.03, 0.5, 0.2),)},
        "the intercepts of a refit ascend",
    ),
    "a refit that is too short": ({"refits": ((-1.0, -3.0),)}, "refitted coefficients do not fit"),
    "a covariance of the terms alone": (
        {"covariance": ((1.0,),)},
        "covariance of the coefficients does not fit",
    ),
    "an intercept beyond all size": ({"intercepts": (1e16, 0.0, -1.0, -2.0)}, "can overflow"),
    "an unknown link": ({"link": "cauchit"}, "must be one of logit, probit, loglog, cloglog"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_contradiction_is_refused(changes, message):
    with pytest.raises(BundleError, match=message):
        parse_sheet(ordinal_sheet(**changes).to_json())


def test_a_second_distribution_is_refused():
    other = Distribution(probabilities=(0.5,), quantiles=(0.0,), levels=(0.0,), scales=(1.0,))
    sheet = dataclasses.replace(ordinal_sheet(), distribution=other)
    with pytest.raises(BundleError, match="is its own distribution"):
        parse_sheet(sheet.to_json())


def test_a_binary_outcome_has_no_ordinal_model():
    sheet = dataclasses.replace(small_sheet(kind="binary"), model=ordinal_model())
    with pytest.raises(BundleError, match="needs a continuous outcome"):
        parse_sheet(sheet.to_json())


def test_refits_beyond_all_size_are_refused(monkeypatch):
    monkeypatch.setattr(ordinal, "MAX_REFITTED", 41 * 9 - 1)
    with pytest.raises(BundleError, match="bootstrap models hold more than 368 numbers"):
        parse_sheet(ordinal_sheet().to_json())


@pytest.mark.parametrize("version", [1, 2])
def test_an_ordinal_model_in_a_version_that_has_none_is_refused(version):
    document = json.loads(ordinal_sheet().to_json())
    document["schema_version"] = version
    with pytest.raises(BundleError, match=rf"schema version {version}.*ordinal model needs 3"):
        parse_sheet(json.dumps(document))
