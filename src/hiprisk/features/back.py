"""Low back pain: definitions that go beyond yes or no."""

from __future__ import annotations

from hiprisk.sheet.format import Derived

CHRONIC_MONTHS = 3.0


def back_features() -> dict[str, tuple[Derived, ...]]:
    """Every derived back feature by name, with the steps that lead to it.

    ``lbp_chronic`` says that back pain has lasted for three months or longer, the duration in the
    NIH task force's definition; ``lbp_intensity_if_any_0_10`` is the pain score of those who have
    back pain and 0 for the others; ``lbp_chronic_intensity_0_10`` the same for chronic back pain.
    """
    chronic = Derived(
        name="lbp_chronic",
        op="indicator",
        of=("lbp_duration_months", CHRONIC_MONTHS),
        label="low back pain for three months or longer",
    )
    intensity = Derived(
        name="lbp_intensity_if_any_0_10",
        op="product",
        of=("lbp_any=yes", "lbp_nrs_0_10"),
        label="intensity of low back pain, 0 without it",
        unit="points 0-10",
    )
    chronic_intensity = Derived(
        name="lbp_chronic_intensity_0_10",
        op="product",
        of=(chronic.name, "lbp_nrs_0_10"),
        label="intensity of chronic low back pain, 0 without it",
        unit="points 0-10",
    )
    return {
        chronic.name: (chronic,),
        intensity.name: (intensity,),
        chronic_intensity.name: (chronic, chronic_intensity),
    }
