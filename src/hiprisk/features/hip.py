"""Hip motion: the worse hip and the asymmetry, direction by direction."""

from __future__ import annotations

from hiprisk.sheet.format import Derived

DIRECTIONS = (
    "flexion",
    "extension",
    "abduction",
    "adduction",
    "internal_rotation",
    "external_rotation",
)


def hip_features() -> dict[str, tuple[Derived, ...]]:
    """Every derived hip feature by name, with the steps that lead to it.

    ``hip_<direction>_worse_deg`` is the smaller of the two sides, ``..._better_deg`` the larger and
    ``..._asymmetry_deg`` their difference. Motion stays continuous and is not set against a table
    of norms: published norms differ by more than 20 degrees from each other.
    """
    features: dict[str, tuple[Derived, ...]] = {}
    for direction in DIRECTIONS:
        words = direction.replace("_", " ")
        sides = (f"hip_{direction}_right_deg", f"hip_{direction}_left_deg")
        worse = Derived(
            name=f"hip_{direction}_worse_deg",
            op="minimum",
            of=sides,
            label=f"hip {words}, worse side",
            unit="deg",
        )
        better = Derived(
            name=f"hip_{direction}_better_deg",
            op="maximum",
            of=sides,
            label=f"hip {words}, better side",
            unit="deg",
        )
        asymmetry = Derived(
            name=f"hip_{direction}_asymmetry_deg",
            op="difference",
            of=(better.name, worse.name),
            label=f"hip {words}, difference between the sides",
            unit="deg",
        )
        features[worse.name] = (worse,)
        features[better.name] = (better,)
        features[asymmetry.name] = (worse, better, asymmetry)
    return features
