"""Units of a Quantity: UCUM codes, texts for people in their place, and factors."""

import pytest

from hiprisk.serving.fhir.units import UCUM, code_of, factor_to, is_dimensionless


@pytest.mark.parametrize(
    ("unit", "amount", "own", "expected"),
    [("[in_i]", 70, "cm", 177.8), ("[lb_av]", 150, "kg", 68.0388555),
     ("rad", 0.5, "deg", 28.6478898), ("m", 1.8, "cm", 180.0),
     ("g", 70_500, "kg", 70.5), ("wk", 52.1775, "months", 12.0), ("a", 3, "months", 36.0),
     ("mo", 18, "years", 1.5), ("h", 0.5, "minutes", 30.0), ("min", 2, "s", 120.0),
     ("%", 40, "percent 0-100", 40.0)],
)  # fmt: skip
def test_units_convert_by_their_definition(unit, amount, own, expected):
    assert amount * factor_to(own, unit) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("own", "code"),
    [("cm", "kg"), ("deg", "{score}"), ("points 0-100", "%"), ("years", "m"), ("", "1")],
)
def test_another_dimension_does_not_convert(own, code):
    assert factor_to(own, code) is None


def test_an_own_unit_may_be_written_in_ucum():
    assert factor_to("mg/L", "mg/L") == 1.0
    assert factor_to("mg/L", "g/L") is None


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ({}, ""),
        ({"system": UCUM}, ""),
        ({"system": UCUM, "code": "cm", "unit": "centimetres as shown"}, "cm"),
        ({"unit": "cm"}, "cm"),
        ({"unit": " kg/m² "}, "kg/m2"),
        ({"unit": "Degrees"}, "deg"),
        ({"unit": "points"}, "{points}"),
        ({"unit": "inches", "system": UCUM}, "[in_i]"),
        ({"code": "cm"}, None),
        ({"code": "258672001", "system": "http://snomed.info/sct", "unit": "cm"}, None),
        ({"unit": "cm", "system": "urn:oid:1.2"}, None),
        ({"unit": 3}, None),
        ({"code": 3, "system": UCUM}, None),
    ],
)
def test_the_code_of_a_quantity(quantity, code):
    assert code_of(quantity) == code


@pytest.mark.parametrize(
    ("code", "counts"),
    [("1", True), ("{score}", True), ("{points}", True), ("%", False), ("10*3", False),
     ("{score}/d", False), ("{a}{b}", False), ("", False)],
)  # fmt: skip
def test_what_counts_and_measures_nothing(code, counts):
    assert is_dimensionless(code) is counts
