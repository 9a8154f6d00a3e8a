"""How wide a terminal is, and when it is coloured."""

import io

import pytest

from hiprisk.cli.show.terminal import columns, has_colour, is_terminal, styled

NAMES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM")


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "environment", "coloured"), [
    (Screen, {}, True),
    (io.StringIO, {}, False),
    (Screen, {"TERM": "dumb"}, False),
    (Screen, {"CLICOLOR": "0"}, False),
    (Screen, {"NO_COLOR": "1"}, False),
    (Screen, {"NO_COLOR": ""}, True),
    (io.StringIO, {"FORCE_COLOR": "1"}, True),
    (io.StringIO, {"CLICOLOR_FORCE": "1"}, True),
    (io.StringIO, {"FORCE_COLOR": "0", "CLICOLOR_FORCE": ""}, False),
    (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    (Screen, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
])  # fmt: skip
def test_colour_follows_the_terminal_and_what_its_owner_set(
    monkeypatch, stream, environment, coloured
):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    one = stream()
    assert has_colour(one) is coloured
    assert styled("no drift", "good", one) == (
        "\x1b[32mno drift\x1b[0m" if coloured else "no drift"
    )


@pytest.mark.parametrize(("stated", "width"), [
    ("100", 100), ("7", 40), ("0", 80), ("wide", 80), ("", 80),
])  # fmt: skip
def test_the_width_is_the_stated_one_and_80_where_nothing_tells(monkeypatch, stated, width):
    monkeypatch.setenv("COLUMNS", stated)
    assert columns(io.StringIO()) == width


def test_a_closed_stream_is_no_terminal():
    stream = io.StringIO()
    stream.close()
    assert not is_terminal(stream)
