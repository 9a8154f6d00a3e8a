"""Units of a Quantity: UCUM codes, what people write in their place, and factors between them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

UCUM = "http://unitsofmeasure.org"

# The variable's unit: UCUM codes that convert to it, each with its factor.
CONVERSIONS: Mapping[str, Mapping[str, float]] = {
    "cm": {"cm": 1.0, "m": 100.0, "mm": 0.1, "[in_i]": 2.54, "[ft_i]": 30.48},
    "kg": {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237},
    "kg/m2": {"kg/m2": 1.0},
    "deg": {"deg": 1.0, "rad": 180.0 / math.pi},
    "years": {"a": 1.0, "mo": 1.0 / 12.0, "wk": 1.0 / 52.1775, "d": 1.0 / 365.2425},
    "months": {"mo": 1.0, "a": 12.0, "wk": 12.0 / 52.1775, "d": 12.0 / 365.2425},
    "minutes": {"min": 1.0, "h": 60.0, "s": 1.0 / 60.0},
    "s": {"s": 1.0, "min": 60.0, "ms": 0.001},
    "Nm/kg": {"N.m/kg": 1.0},
    "percent 0-100": {"%": 1.0},
}
# What stands in `unit`, which is for people, where a server gives no UCUM code. None of these
# means two things among the codes that convert to one unit.
_DISPLAYED: Mapping[str, str] = {
    "°": "deg",
    "degree": "deg",
    "degrees": "deg",
    "centimeters": "cm",
    "centimetres": "cm",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "kg/m²": "kg/m2",
    "kg/m^2": "kg/m2",
    "year": "a",
    "years": "a",
    "months": "mo",
    "weeks": "wk",
    "days": "d",
    "minutes": "min",
    "seconds": "s",
    "sec": "s",
    "point": "{points}",
    "points": "{points}",
    "pts": "{points}",
    "score": "{score}",
}
# UCUM's codes without a dimension: one, and annotations in braces.
_DIMENSIONLESS = re.compile(r"1|\{[!-z|~]{1,40}\}")


def is_dimensionless(code: str) -> bool:
    """Whether a UCUM code counts, and measures nothing: ``1``, ``{score}``, ``{points}``."""
    return bool(_DIMENSIONLESS.fullmatch(code))


def is_convertible(unit: str) -> bool:
    """Whether a variable's unit is one to which UCUM codes convert."""
    return unit in CONVERSIONS


def factor_to(unit: str, code: str) -> float | None:
    """Factor from a UCUM code to a variable's unit; None where it does not convert."""
    if unit in CONVERSIONS:
        return CONVERSIONS[unit].get(code)
    # The unit of an own variable may be written in UCUM itself.
    return 1.0 if code == unit and not is_dimensionless(code) else None


def code_of(quantity: Mapping[str, object]) -> str | None:
    """The UCUM code of a Quantity: its own, or what its text for people means.

    Returns
    -------
    str or None
        Empty where the Quantity has no unit at all; None where its unit is of another system or
        cannot be told.
    """
    code, system, shown = (quantity.get(key) for key in ("code", "system", "unit"))
    if code is not None:
        return code if isinstance(code, str) and system == UCUM else None
    if system not in (None, UCUM):
        return None
    if shown is None:
        return ""
    if not isinstance(shown, str):
        return None
    text = shown.strip()
    return _DISPLAYED.get(text.lower(), text)
