"""How a file codes its items: codes, direction, labels, the missing rule; what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.cohort.items.coding import ItemCodes, ItemCounter, ItemsSource, codes_over_blocks
from hiprisk.cohort.items.instruments import ITEM_NAMES, published_tops, score_items
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.errors import ConfigError


def items(instrument="hoos_qol", **stated):
    columns = {item: f"c_{item}" for item in ITEM_NAMES[instrument]}
    return ItemsSource(instrument=instrument, columns=columns, **stated)


def test_codes_become_points_from_zero():
    codes = np.array([1.0, 5.0, np.nan])
    np.testing.assert_array_equal(items(coded=(1, 5)).points("q1", codes), [0, 4, np.nan])
    turned = items(coded=(1, 5), reversed=True)
    np.testing.assert_array_equal(turned.points("q1", codes), [4, 0, np.nan])
    np.testing.assert_array_equal(items(reversed=True).points("q1", np.array([0.0, 4.0])), [4, 0])


def test_labels_are_of_all_items_or_of_one():
    source = items(labels={"Nie": 0, "Immer": 4}, item_labels={"q3": {"Nie": 4, "1.0": 0}})
    np.testing.assert_array_equal(source.labelled_points("q1", ["Nie", "Immer"]), [0, 4])
    got = source.labelled_points("q3", ["Nie", "1", "Immer"])
    np.testing.assert_array_equal(got, [4, 0, np.nan])


def mapping_text(variable, source, stated):
    columns = ", ".join(f"{item}: {column}" for item, column in source.columns.items())
    return (
        f"variables:\n  {variable}:\n    items:\n      instrument: {source.instrument}\n"
        f"      columns: {{{columns}}}\n      {stated}\n"
    )


@pytest.mark.parametrize(
    ("variable", "instrument", "stated", "message"),
    [
        ("hoos_qol_0_100", "hoos_qol", "coded: [1, 6]", r"such as \[0, 4\], or \[1, 5\]"),
        ("hoos_qol_0_100", "hoos_qol", "coded: [5, 1]", "the lowest and the highest code"),
        ("odi_0_100", "odi", "coded: [0, 4]", r"such as \[0, 5\], or \[1, 6\]"),
        ("startback_total_0_9", "startback_total", "coded: [1, 2]", "several codings; give item_l"),
        ("hoos_qol_0_100", "hoos_qol", "labels: {Extreme: 5}", "0 to 4 for q1"),
        ("rmdq_0_24", "rmdq", "labels: {yes: 2}", "0 to 1 for item_1"),
        ("hoos_qol_0_100", "hoos_qol", 'labels: {"": 0}', "a blank is no answer"),
        ("hoos_qol_0_100", "hoos_qol", "item_labels: {q9: {a: 0}}", "there is no item 'q9'"),
        ("hoos_qol_0_100", "hoos_qol", "max_missing: 4", "at least 0 and at most 3"),
        ("hoos_ps_0_100", "hoos_ps", "max_missing: 1", "no missing rule of its own"),
        ("hoos_qol_0_100", "hoos_qol", "code: [1, 5]", "did you mean coded"),
        ("womac_pain_0_100", "womac_pain", "coded: [0, 10]\n      labels: {None: 0}", "usual form"),
    ],
)
def test_what_makes_no_sense_about_items_is_refused_by_key_and_line(
    variable, instrument, stated, message
):
    with pytest.raises(ConfigError, match=message) as refused:
        mapping_from_text(mapping_text(variable, items(instrument), stated), name="m.yaml")
    assert f"variables.{variable}" in str(refused.value)


def test_two_items_of_one_column_are_refused():
    source = ItemsSource(instrument="hoos_qol", columns={f"q{n}": "same" for n in range(1, 5)})
    with pytest.raises(ConfigError, match="several items are read from the column 'same'"):
        mapping_from_text(mapping_text("hoos_qol_0_100", source, "max_missing: 1"))


@pytest.mark.parametrize("coded", ["[0, 10]", "[0, 100]", "[1, 5]", "[0, 4]"])
def test_the_published_forms_of_womac_can_be_stated(coded):
    source = items("womac_total")
    text = mapping_text("womac_total_0_100", source, f"coded: {coded}")
    assert mapping_from_text(text).variables["womac_total_0_100"].items.coded is not None


def counted(source, *columns):
    counter = ItemCounter(source)
    for codes, rows in columns:
        counter.add(np.array(codes, dtype=float), np.array(rows))
    return counter.result({})


def test_codes_are_counted_to_one_beyond_either_end():
    source = items(coded=(1, 5))
    found = counted(source, ([np.nan, 1, 5, 0, 6, 9, 1.5], [7, 1, 2, 3, 4, 5, 6]))
    assert found.counts == {1: 1, 5: 2, 0: 3, 6: 4}
    assert (found.n_people, found.n_answers) == (21, 10)


def test_the_blocks_of_a_file_are_counted_together():
    source = items()
    one, other = (counted(source, ([0, 4], [n, 2 * n]), ([0], [n])) for n in (1, 10))
    found = codes_over_blocks([{"x": one}, {"x": other}, {}])
    assert found == {"x": ItemCodes(source, {0: 22, 4: 22}, 33)}


def test_columns_that_could_not_be_read_are_in_the_order_of_the_items():
    one, other = (ItemCodes(items(), {}, 1, {"OFF_SCALE": (c,)}) for c in ("c_q3", "c_q1"))
    found = one.plus(other).plus(ItemCodes(items(), {}, 1, {"NOT_A_NUMBER": ("c_q2",)}))
    assert found.unreadable == {"OFF_SCALE": ("c_q1", "c_q3"), "NOT_A_NUMBER": ("c_q2",)}


def test_items_of_several_codings_or_of_a_line_are_not_counted_by_code():
    assert counted(items("startback_total"), ([0, 4], [3, 3])).counts == {}
    line = counted(items("womac_pain", coded=(0, 100)), ([0, 37.5], [3, 3]))
    assert (line.counts, line.n_people) == ({}, 6)


ONE_CODING = [name for name in ITEM_NAMES if not name.startswith("startback")]


@pytest.mark.slow
@given(
    instrument=st.sampled_from(ONE_CODING),
    low=st.integers(-3, 20),
    reversed_=st.booleans(),
    data=st.data(),
)
def test_no_declared_coding_changes_a_score(instrument, low, reversed_, data):
    top = published_tops(instrument)[0]
    points = {
        item: np.array([data.draw(st.one_of(st.integers(0, top), st.just(np.nan)))], dtype=float)
        for item in ITEM_NAMES[instrument]
    }
    source = items(instrument, coded=(low, low + top), reversed=reversed_)
    codes = {item: low + (top - own if reversed_ else own) for item, own in points.items()}
    read = {item: source.points(item, own) for item, own in codes.items()}
    expected = score_items(instrument, points)
    np.testing.assert_array_equal(score_items(instrument, read, top=source.stated_top), expected)
