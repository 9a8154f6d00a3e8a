"""Predictors by outcome, drawn from the table."""

from hiprisk.evidence.participants.baseline_characteristics import Characteristic, TableOne
from hiprisk.reporting.plots.predictors.by_outcome import draw_predictors_by_outcome

SHARED = {"label": "x", "unit": "", "n_missing": 0}


def table():
    rows = [
        Characteristic(variable="age_years", group=group, n_known=40, median=median,
                       q25=median - 5.0, q75=median + 5.0, **SHARED | {"unit": "years"})
        for group, median in (("event", 70.0), ("no event", 60.0))
    ]  # fmt: skip
    rows += [
        Characteristic(variable="lbp_any", group=group, n_known=40, level=level, share=share,
                       **SHARED)
        for group, shares in (("event", (0.25, 0.75)), ("no event", (None, None)))
        for level, share in zip(("no", "yes"), shares, strict=True)
    ]  # fmt: skip
    return TableOne(groups=(("event", 40), ("no event", 40)), n_complete=(40, 40),
                    rows=tuple(rows), smallest_cell=5)  # fmt: skip


def test_dots_are_medians_and_percentages_and_a_small_count_has_none():
    ax = draw_predictors_by_outcome(table(), provenance="simulated")
    age, back_pain = ax.child_axes
    assert [list(line.get_xdata()) for line in age.get_lines()] == [[70.0], [60.0]]
    quartiles = [list(path.vertices[:, 0]) for one in age.collections for path in one.get_paths()]
    assert quartiles == [[65.0, 75.0], [55.0, 65.0]]
    assert [list(line.get_xdata()) for line in back_pain.get_lines()] == [[75.0]]
    assert back_pain.get_title(loc="left") == "X: yes"
    assert (age.get_xlabel(), back_pain.get_xlabel()) == ("years", "%")
    assert ax.get_title() == "Predictors by outcome (simulated data)"


def test_variables_are_drawn_in_the_order_asked_for():
    ax = draw_predictors_by_outcome(table(), variables=("lbp_any", "age_years"))
    assert ax.child_axes[0].get_title(loc="left") == "X: yes"
    assert len(ax.child_axes) == 2


def levels(shares):
    rows = [
        Characteristic(variable="age_band", group=group, n_known=100, level=level, share=share,
                       n_level=None, label="age band", unit="", n_missing=0)
        for group, found in zip(("event", "no event"), shares, strict=True)
        for level, share in zip(("50_to_59", "60_to_69", "70_or_more"), found, strict=True)
    ]  # fmt: skip
    return TableOne(groups=(("event", 100), ("no event", 100)), n_complete=(100, 100),
                    rows=tuple(rows), smallest_cell=5)  # fmt: skip


def test_more_than_two_levels_are_a_bar_a_group_with_their_names():
    ax = draw_predictors_by_outcome(levels(((0.2, 0.5, 0.3), (0.6, 0.38, None))))
    (panel,) = ax.child_axes
    bars = [(bar.get_x(), bar.get_width()) for bar in panel.patches]
    assert bars[:3] == [(0.0, 20.0), (20.0, 50.0), (70.0, 30.0)]
    # A count that is too small to show leaves its place empty.
    assert bars[-1][1] == 0.0
    words = [text.get_text() for text in panel.texts]
    assert words == ["50…", "60 to 69", "70 or…", "50 to 59", "60 to 69"]
    assert panel.get_title(loc="left") == "Age band"
