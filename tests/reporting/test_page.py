"""The page of a report: what it holds, and that it needs nothing beside itself."""

import re

import pytest

from hiprisk.metrics.estimate import Estimate
from hiprisk.reporting.checklist import TOPICS, checklist_section
from hiprisk.reporting.page import Picture, Section, Table, render_page
from hiprisk.wording.quantities import interval, number, percent, with_interval

PNG = b"\x89PNG not really"


def page(**settings):
    section = Section(
        anchor="people",
        title="Who took part",
        paragraphs=("5 < 6 & <script>alert(1)</script>",),
        tables=(Table(head=("step", "n"), rows=(("rows", "12"), ("left", "3")), strong=(1,)),),
        pictures=(Picture(name="a.png", png=PNG, alt="Bars of people.", caption="People."),),
        notes=("A note.",),
    )
    asked = {"title": "T", "banner": "", "lead": ("It adds nothing.",), "footer": "F", **settings}
    return render_page(sections=(section,), **asked)


def test_text_is_escaped():
    html = page()
    assert "<script>" not in html
    assert "5 &lt; 6 &amp; &lt;script&gt;" in html


def test_nothing_is_fetched_from_elsewhere():
    html = page()
    assert not re.search(r'(src|href)="(?!data:|#)', html)
    assert "default-src 'none'" in html


def test_every_picture_says_what_it_shows():
    html = page()
    assert html.count("<img") == html.count('alt="Bars of people."') == 1


def test_the_summary_and_the_banner_come_first():
    html = page(banner="SIMULATED DATA.")
    assert html.index("SIMULATED DATA.") < html.index("It adds nothing.") < html.index("Who took")
    assert 'class="banner"' not in page()


def test_columns_of_figures_stand_on_the_right():
    table = Table(
        head=("name", "value", "interval", "words"),
        rows=(("a", "1.5", "1.0 to 2.0", "x"), ("b", "-3 %", "0.1 (0.0 to 0.2)", "2")),
    )
    assert table.numeric == (False, True, True, False)


def test_the_checklist_names_what_is_not_there():
    section = checklist_section([Section(anchor="people", title="Who took part")])
    where = dict(section.tables[0].rows)
    assert where["participant flow"] == "section: Who took part"
    assert where["prediction instability"] == "NOT REPORTED"
    assert where["interpretation, limitations, next steps"] == "the authors must write this"
    assert len(where) == len(TOPICS)
    assert "covers 2 of 25 topics" in section.paragraphs[0]


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (number(1.23456), "1.235"),
        (number(None), "-"),
        (percent(0.1234), "12.3 %"),
        (interval(1.0, None), "-"),
        (interval(1.0, 2.0, 1), "1.0 to 2.0"),
        (with_interval(Estimate(name="a", value=1.0, low=0.5, high=1.5), 1), "1.0 (0.5 to 1.5)"),
        (with_interval(Estimate(name="a", value=1.0), 1), "1.0"),
    ],
)
def test_numbers_read_well(got, expected):
    assert got == expected


def test_a_long_table_is_folded_under_its_caption():
    rows = tuple((str(i), "1") for i in range(300))
    long = Table(head=("step", "n"), rows=rows, caption="All steps", folded=True)
    section = Section(anchor="all", title="All", tables=(long,))
    html = render_page(title="T", banner="", lead=(), sections=(section,), footer="")
    assert "<details><summary>All steps (300 rows)</summary>" in html
    assert "<caption>" not in html
    assert html.count("</details>") == 1
    assert "<details>" not in page()
