"""A small report of a result, made by hand."""

from hiprisk.reporting.page.blocks import Line, Picture, Section, Table, Tile
from hiprisk.reporting.results.report import ResultReport

PICTURE = Picture(name="calibration.png", png=b"\x89PNG", alt="A line.", caption="Calibration.")


def small_report(**replaced):
    """One section with a table and a picture, one tile."""
    table = Table(head=("metric", "value"), rows=(("R²", "0.50"),), caption="Metrics")
    section = Section(
        anchor="performance", title="Performance", tables=(table,), pictures=(PICTURE,)
    )
    tile = Tile(
        title="How well it predicts",
        lines=(Line(label="R²", value="R² 0.50", detail="95 % CI 0.40 to 0.60"),),
        anchor="performance",
    )
    made = {
        "title": "Validation of A & B",
        "summary": ("SIMULATED.", "Good."),
        "warnings": ("SIMULATED.",),
        "verdict": ("Good.",),
        "tiles": (tile,),
        "main_figure": "calibration.png",
        "sections": (section,),
        "sources": (("model", "`small@1`"),),
        "data": "simulated",
    }
    return ResultReport(**{**made, **replaced})
