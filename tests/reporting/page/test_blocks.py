"""What a report is made of."""

import base64

from hiprisk.reporting.page.blocks import BODY, Picture, Section, Table
from hiprisk.wording.quantities import TOO_FEW


def test_a_picture_is_shown_as_svg_where_there_is_one():
    png = Picture(name="a.png", png=b"\x89PNG", alt="A.")
    assert png.uri == "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
    svg = Picture(name="a.png", png=b"\x89PNG", alt="A.", svg=b"<svg/>")
    assert svg.uri == "data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode()


def test_a_count_that_is_not_shown_leaves_a_column_one_of_figures():
    assert Table(head=("n",), rows=(("12",), (TOO_FEW,))).numeric == (True,)


def test_a_section_is_in_the_body_unless_said():
    assert Section(anchor="a", title="A").part == BODY


def picture(name, height=300.0, *, wide=False):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="331.2pt" height="{height}pt"/>'
    return Picture(name=name, png=b"", svg=svg.encode(), alt="A.", wide=wide)


def test_pictures_stand_two_a_row_but_for_those_that_are_wide_or_large():
    pictures = [picture("a"), picture("b"), picture("c"), picture("d", wide=True), picture("e"),
                picture("f", 500.0), picture("g"), picture("h")]  # fmt: skip
    rows = Section(anchor="a", title="A", pictures=tuple(pictures)).picture_rows
    names = ["".join(one.name for one in row) for row in rows]
    assert names == ["ab", "c", "d", "e", "f", "gh"]


def test_a_picture_is_large_where_a_third_of_a_page_would_make_it_illegible():
    assert picture("a", 410.0).large
    assert not picture("a", 400.0).large
    assert not picture("a", 430.0, wide=True).large
    assert picture("a", 440.0, wide=True).large
    assert not Picture(name="a", png=b"x", alt="A.").large
