"""The page of a report: what it holds, and that it needs nothing beside itself."""

import re

from hiprisk.reporting.page.blocks import Picture, Section, Table
from hiprisk.reporting.page.render import render_page

PNG = b"\x89PNG not really"


def page(**settings):
    section = Section(
        anchor="people",
        title="Participants",
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
    assert (
        html.index("SIMULATED DATA.") < html.index("It adds nothing.") < html.index("Participants")
    )
    assert 'class="banner"' not in page()


def test_columns_of_figures_stand_on_the_right():
    table = Table(
        head=("name", "value", "interval", "words"),
        rows=(("a", "1.5", "1.0 to 2.0", "x"), ("b", "-3 %", "0.1 (0.0 to 0.2)", "2")),
    )
    assert table.numeric == (False, True, True, False)


def test_a_long_table_is_folded_under_its_caption():
    rows = tuple((str(i), "1") for i in range(300))
    long = Table(head=("step", "n"), rows=rows, caption="All steps", folded=True)
    section = Section(anchor="all", title="All", tables=(long,))
    html = render_page(title="T", banner="", lead=(), sections=(section,), footer="")
    assert "<details><summary>All steps (300 rows)</summary>" in html
    assert "<caption>" not in html
    assert html.count("</details>") == 1
    assert "<details>" not in page()


def test_text_in_backticks_is_set_as_code_and_escaped():
    section = Section(anchor="a", title="A", paragraphs=("Set `a_b: <1>` here.",))
    html = render_page(title="T", banner="", lead=("See `x_y`.",), sections=(section,), footer="")
    assert "<p>Set <code>a_b: &lt;1&gt;</code> here.</p>" in html
    assert "<li>See <code>x_y</code>.</li>" in html


def test_paper_has_smaller_type_for_many_columns_and_keeps_short_tables_whole():
    wide = Table(head=tuple("abcdefg"), rows=(tuple("1234567"),) * 20)
    short = Table(head=("a", "b"), rows=(("1", "2"),))
    section = Section(anchor="s", title="S", tables=(wide, short))
    page = render_page(title="T", banner="", lead=[], sections=[section], footer="f")
    assert page.count('<table class="wide">') == 1
    assert page.count('<table class="short">') == 1


def test_each_page_of_simulated_data_says_so_on_paper():
    def page(banner):
        return render_page(title="T", banner=banner, lead=[], sections=[], footer="f")

    assert 'data-mark="Simulated data"' in page("SIMULATED DATA: not for patients.")
    assert "data-mark=" not in page("CAUTION: copies.")


def test_a_wide_picture_takes_the_whole_column_and_scrolls_sideways_on_a_phone():
    wide = Picture(name="a.png", png=PNG, alt="Bars.", caption="People.", wide=True)
    section = Section(anchor="people", title="Participants", pictures=(wide,))
    html = render_page(sections=(section,), title="T", banner="", lead=("L.",), footer="F")
    assert '<figure class="wide"><div class="scroll" tabindex="0" role="region"' in html
    assert ".pictures figure.wide { grid-column: 1 / -1; min-width: 0; max-width: none; }" in html
    assert "figure.wide img { min-width: 34rem; }" in html
