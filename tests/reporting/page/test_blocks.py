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
