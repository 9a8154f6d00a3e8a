"""Every drawing function is public under one name."""

import ast
from pathlib import Path

import hiprisk
from hiprisk import metrics, plots

DRAWN = Path(hiprisk.__file__).parent / "reporting" / "plots"


def test_every_drawing_function_is_offered():
    functions = {
        node.name
        for path in (*DRAWN.glob("*.py"), *DRAWN.glob("model/*.py"), *DRAWN.glob("predictors/*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("draw_")
    }
    assert {name for name in plots.__all__ if name.startswith("draw_")} == functions
    assert all(callable(getattr(plots, name)) for name in plots.__all__)


def test_a_curve_is_drawn_into_axes_of_its_own():
    curve = metrics.decision_curve([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2])
    axes = plots.draw_decision_curve(curve)
    assert axes.get_xlabel()
    assert plots.as_png(axes).startswith(b"\x89PNG")
