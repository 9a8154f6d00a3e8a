"""Links of README and documentation lead somewhere, and a link that leads nowhere is found."""

import pytest

from documentation.links import (
    ROOT,
    faults,
    is_external,
    links_of,
    main,
    named_pages,
    texts,
    unknown_pages,
)


def test_every_relative_link_and_anchor_leads_somewhere():
    assert list(faults(texts())) == []


def test_what_leads_nowhere_is_found_in_markdown(tmp_path):
    (tmp_path / "b.md").write_text('# A title: with `code`\n\n## Own {#mine}\n<a id="x"></a>\n')
    (tmp_path / "a.md").write_text(
        "[1](b.md) [2](c.md) [3](b.md#a-title-with-code) [4](b.md#no) [5](b.md#mine) [6](b.md#x)\n"
        "[7](https://a.example/none) `[8](none.md)` ![9](none.png)\n"
    )
    assert list(faults([tmp_path / "a.md"])) == [
        f"{tmp_path}/a.md: c.md: no such file",
        f"{tmp_path}/a.md: b.md#no: no such anchor",
        f"{tmp_path}/a.md: none.png: no such file",
    ]


def test_and_in_a_built_site(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text('<h1 id="one">B</h1>')
    page = tmp_path / "index.html"
    page.write_text(
        '<a href="b/#one">1</a><a href="b/#two">2</a><img src="no.svg"><a href="#">3</a>'
        '<a href="mailto:a@b.example">4</a>'
    )
    assert list(faults([page])) == [
        f"{tmp_path}/index.html: b/#two: no such anchor",
        f"{tmp_path}/index.html: no.svg: no such file",
    ]
    assert [one for one in links_of(page) if is_external(one)] == ["mailto:a@b.example"]


@pytest.mark.parametrize("argv", [[], ["--external"]])
def test_the_script_says_what_it_found(capsys, argv):
    assert main(argv) == 0
    said = capsys.readouterr().out
    assert ("https://" in said) if argv else said.endswith("0 lead nowhere\n")


def test_every_page_and_anchor_that_a_message_names_is_there():
    source = ROOT / "src" / "hiprisk"
    assert len(list(named_pages(source))) > 10
    assert unknown_pages(source) == []


def test_a_message_that_names_no_page_is_found(tmp_path):
    (tmp_path / "a.py").write_text(
        'A = "see docs/index.md, docs/none.md"\nB = "docs/how-to/serve.md#no-such-task"\n'
    )
    assert unknown_pages(tmp_path) == [
        f"{tmp_path}/a.py: docs/none.md: no such file",
        f"{tmp_path}/a.py: docs/how-to/serve.md#no-such-task: no such anchor",
    ]
