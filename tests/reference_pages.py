"""Pages of the reference made from the code: ``python tests/reference_pages.py`` writes them.

A page that differs from the code fails tests/test_reference_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from hiprisk.reporting.appendix.glossary import ENTRIES

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
MADE = "Made from the code by `python tests/reference_pages.py`; do not edit it by hand."


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def glossary_page() -> str:
    """Every term of a report's glossary, with a link where a page explains more."""
    rows = [
        (f"**{term}**", meaning, EXPLAINED.get(term, ""), source)
        for term, meaning, source in ENTRIES
    ]
    return (
        f"# Glossary\n\n{MADE}\n"
        "The report of a study has the same entries, as far as it uses the term.\n\n"
        + table(("term", "meaning", "explained in", "source"), rows)
        + "\n"
    )


def _link(title: str, page: str) -> str:
    return f"[{title}](../explanation/{page}.md)"


_PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "internal-validation": (
        "Internal validation",
        ("apparent", "cross-validated", "MAPE", "optimism", ".632+"),
    ),
    "calibration": (
        "Calibration",
        (
            "calibration in the large", "calibration intercept", "calibration slope", "E50", "E90",
            "Emax", "ICI",
        ),
    ),
    "discrimination": (
        "Discrimination",
        (
            "Brier score", "C statistic", "discrimination slope", "g-index", "mean absolute error",
            "R²", "root mean squared error", "scaled Brier",
        ),
    ),
    "clinical-utility": (
        "Clinical utility",
        ("interventions avoided", "net benefit", "threshold probability", "treat all"),
    ),
    "prediction-intervals": (
        "Prediction intervals",
        ("confidence interval", "coverage", "CRPS", "PIT", "prediction interval"),
    ),
    "sites": ("Sites", ("heterogeneity", "I²", "internal-external")),
    "what-a-block-adds": ("What a block adds", ("adequacy", "minimum important gain")),
    "associations": ("Associations", ("E-value",)),
}  # fmt: skip
EXPLAINED = {term: _link(title, page) for page, (title, terms) in _PAGES.items() for term in terms}
PAGES: dict[str, Callable[[], str]] = {"glossary.md": glossary_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
