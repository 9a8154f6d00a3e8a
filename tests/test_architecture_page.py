"""docs/architecture.md held against the code: rooms, their order, files and types that it names."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "hiprisk"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GROUND = "ground"


def rows_of(heading):
    """Cells of the table below a heading, without its head."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


# Modules above the rooms: a study as a picture, a study once more, and what is public by submodule.
SPINE = {"study", "rebuilding", "plots", "sample_size", "estimators"}
ROOMS = {row[0].strip("`"): row[1:] for row in rows_of("The packages")}


def in_code(text):
    return re.findall(r"`([^`]+)`", text)


def test_every_room_is_on_the_page_and_no_other():
    found = {path.name for path in SRC.iterdir() if (path / "__init__.py").is_file()}
    assert {*ROOMS} - {GROUND} - SPINE == found - SPINE


def test_every_module_of_the_ground_is_on_the_page():
    modules = {path.stem for path in SRC.glob("*.py")} - {"__init__", "__main__"} - SPINE
    assert {name for name in in_code(ROOMS[GROUND][0]) if "/" not in name} == modules


def test_rooms_stand_in_the_order_of_the_import_contract():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    floor = {}
    for number, layer in enumerate(contract):
        for name in layer.split(" | "):
            floor[name.strip("()").removeprefix("hiprisk.")] = number
    order = [floor[room] for room in ROOMS if room != GROUND]
    assert order == sorted(order)


def test_every_room_in_a_room_is_on_the_page():
    for room, (text, *_) in ROOMS.items():
        folder = SRC / room
        inner = {path.name for path in folder.glob("*/") if (path / "__init__.py").is_file()}
        named = {name.split("/")[-1] for name in in_code(text)}
        assert inner <= named, room


def test_what_is_named_of_a_room_is_in_it():
    for room, (text, *_) in ROOMS.items():
        for name in in_code(text) if room not in {GROUND, *SPINE} else []:
            place = SRC / (name if name.startswith(f"{room}/") else f"{room}/{name}")
            assert place.is_dir() or place.with_suffix(".py").is_file(), f"{room}: {name}"


@pytest.mark.slow
def test_what_passes_between_rooms_exists():
    classes = {
        node.name
        for path in SRC.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    passed = {name for row in ROOMS.values() for cell in row[1:] for name in in_code(cell)}
    assert len(passed) > 5
    assert {name for name in passed if name[:1].isupper()} <= classes


def test_where_a_change_goes_exists():
    for change, where, also, test in rows_of("Where a change goes"):
        is_place = re.compile(r".*/.*|.*\.py").fullmatch
        assert any(map(is_place, in_code(where))), change
        for name in filter(is_place, in_code(where) + in_code(also)):
            assert (SRC / name).exists(), f"{change}: {name}"
        for name in in_code(test):
            assert (ROOT / name).exists(), f"{change}: {name}"


def test_the_page_of_the_calculator_has_the_same_texts_for_missing():
    from hiprisk.values import MISSING_TEXTS

    script = (SRC / "serving" / "calculator" / "values.js").read_text(encoding="utf-8")
    found = re.search(r"MISSING_TEXTS = new Set\(\[(.*?)\]\)", script)
    assert {text.strip(' "') for text in found.group(1).split(",")} == MISSING_TEXTS
