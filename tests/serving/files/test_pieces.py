"""A large file scored in pieces, in several processes: the bytes and counts of one."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from hiprisk.cohort.files import csv_lines
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.errors import ConfigError, InputError, StoreError
from hiprisk.serving.files import pieces, processes
from hiprisk.serving.files import score as module
from hiprisk.serving.files.pieces import Parts, ScoredBlock
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

N_ROWS = 9_000


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_small_bundle(tmp_path_factory.mktemp("models")))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_BYTES", 25_000)
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", 12_500)


def lines():
    rng = np.random.default_rng(5)
    found = ["id,age_years,sex,lbp_any,womac_function_0_100"]
    for row in range(N_ROWS):
        # Late rows have another unit, unknown codes and what a spreadsheet would run.
        late = row > 6_000
        age = "" if row % 11 == 0 else f"{rng.normal(65, 9):.1f}"
        sex = "M" if late and row % 3 == 0 else ("female", "male")[row % 2]
        function = np.clip(rng.normal(38, 19), 0, 100) / (100 if late else 1)
        name = f"=r{row}" if late and row % 50 == 0 else f"r{row}"
        found.append(f"{name},{age},{sex},{('yes', 'no', '')[row % 3]},{function:.2f}")
    return found


def both_ways(model, path, **options):
    ways = []
    for workers in (1, 3):
        out = path.with_name(f"out_{workers}.csv")
        result = score_file(model, path, out, workers=workers, **options).to_dict()
        del result["out"]
        ways.append((out.read_bytes(), result))
    return ways


@pytest.fixture
def in_this_process(monkeypatch):
    """Each piece by itself, and none of them in a process of its own."""
    scored = []

    def one_by_one(function, items, *, meanwhile, **_options):
        meanwhile()
        for item in items:
            scored.append(item.n_before)
            yield function(item)

    monkeypatch.setattr(pieces, "map_in_order", one_by_one)
    return scored


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_pieces_have_the_bytes_the_counts_and_the_findings_of_the_whole(
    model, tmp_path, in_this_process, end
):
    path = tmp_path / "in.csv"
    path.write_bytes(end.join(lines()).encode())
    one, several = both_ways(model, path)
    assert len(in_this_process) > 5
    assert one == several
    assert {found["code"] for found in one[1]["warnings"]} >= {"UNIT_SUSPECT", "CODES_UNKNOWN"}


def test_pieces_of_a_packed_file_travel_from_process_to_process(model, tmp_path, in_this_process):
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines()).encode()))
    one, several = both_ways(model, path)
    assert len(in_this_process) > 5
    assert one == several


@pytest.mark.parametrize("change", [" ", "\nr1,60,male,no,30"])
def test_a_file_that_changes_while_its_ranges_are_read_is_refused(
    model, tmp_path, monkeypatch, change
):
    path = tmp_path / "in.csv"
    path.write_text("\n".join(lines()))

    def then_changed(function, items, *, meanwhile, **_options):
        meanwhile()
        yield function(next(items))
        with path.open("a") as more:
            more.write(change)
        yield from map(function, items)

    monkeypatch.setattr(pieces, "map_in_order", then_changed)
    with pytest.raises(InputError, match=r"in\.csv: the file changed while it was read"):
        score_file(model, path, tmp_path / "out.csv", workers=2)
    assert list(tmp_path.iterdir()) == [path]


def test_what_another_process_scored_lies_in_a_file_until_it_is_joined(tmp_path):
    here, elsewhere = Parts(tmp_path, os.getpid()), Parts(tmp_path, os.getpid() + 1)
    lines = memoryview(b"\na,1\nb,2")
    assert here.left(lines, "0") is lines
    assert list(tmp_path.iterdir()) == []
    part = ScoredBlock(elsewhere.left(lines, "7"), tally=None)
    assert part.lines == tmp_path / "7"
    with part.text() as text:
        assert text == lines
    assert list(tmp_path.iterdir()) == []
    with ScoredBlock(lines, tally=None).text() as text:
        assert text == lines


def test_what_the_disk_has_no_room_for_travels(tmp_path, monkeypatch):
    elsewhere = Parts(tmp_path, os.getpid() + 1)

    def full(path, lines):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert elsewhere.left(memoryview(b"\na,1"), "0") == b"\na,1"
    assert list(tmp_path.iterdir()) == []
    # Nor has a folder that is gone.
    assert Parts(tmp_path / "gone", 0).left(memoryview(b"\na,1"), "0") == b"\na,1"


def test_rows_longer_than_a_block_are_read_as_in_one_process(
    model, tmp_path, monkeypatch, in_this_process
):
    monkeypatch.setattr(module, "BLOCK_BYTES", 3_000)
    monkeypatch.setattr(csv_lines, "CHUNK_BYTES", 1_500)
    path, (header, *rows) = tmp_path / "in.csv", lines()
    for row in (40, 300):
        rows[row] = rows[row].replace(f"r{row}", "r" * 5_500)
    path.write_text("\n".join([header, *rows]))
    one, several = both_ways(model, path)
    assert len(in_this_process) > 5
    assert one == several


def test_the_folder_of_part_files_outlives_the_processes_that_write_there(
    model, tmp_path, monkeypatch
):
    path = tmp_path / "in.csv"
    path.write_text("\n".join(lines()))
    there = []

    def refused(function, items, *, meanwhile, **_options):
        meanwhile()
        try:
            for item in items:
                yield function(item)
        finally:
            there.extend(tmp_path.glob(".writing-*"))

    def told(n_rows):
        raise KeyboardInterrupt("now")

    monkeypatch.setattr(pieces, "map_in_order", refused)
    with pytest.raises(KeyboardInterrupt, match="now"):
        score_file(model, path, tmp_path / "out.csv", workers=2, progress=told)
    assert len(there) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_ends_two_processes_with_the_letter_of_one(model, tmp_path, monkeypatch):
    path = tmp_path / "in.csv"
    path.write_text("\n".join(lines()))

    def full(self, lines, name):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Parts, "left", full)
    with pytest.raises(StoreError, match=r"out\.csv: the output cannot be written: No space left"):
        score_file(model, path, tmp_path / "out.csv", workers=2)
    assert list(tmp_path.iterdir()) == [path]


def test_two_processes_have_the_bytes_of_one(model, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BLOCK_BYTES", 50_000)
    path = tmp_path / "in.csv"
    path.write_text("\n".join(lines()))
    one, two = both_ways(model, path, digits=5)
    assert one == two
    assert max(map(len, one[0].splitlines()[1].split(b",")[5:10])) <= 7


def test_a_row_that_is_refused_late_is_named_as_in_one_process(model, tmp_path, in_this_process):
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("\n".join([*lines(), "a,b", "c,63,male,no,3"]))
    for workers in (1, 2):
        with pytest.raises(InputError, match=f"row {N_ROWS + 2}: the row has 2 fields"):
            score_file(model, path, out, workers=workers)
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("changed", "mapping"),
    [
        (lambda text: text.replace("r7,", '"r7",'), None),
        (lambda text: text.replace("r7,", "\nr7,"), None),
        (lambda text: text, "where: {sex: [female]}"),
    ],
)
def test_quotes_blank_lines_and_a_selection_of_rows_are_for_one_process(
    model, tmp_path, in_this_process, changed, mapping
):
    path = tmp_path / "in.csv"
    path.write_text(changed("\n".join(lines())))
    if mapping is not None:
        names = ("age_years", "sex", "lbp_any", "womac_function_0_100")
        variables = "".join(f"  {name}: {name}\n" for name in names)
        text = f"provenance: simulated\ngrain: person\n{mapping}\nvariables:\n{variables}"
        mapping = mapping_from_text(text)
    one, several = both_ways(model, path, mapping=mapping)
    assert one == several
    assert in_this_process == []


def test_a_small_file_is_for_one_process_unless_asked_otherwise(tmp_path, monkeypatch):
    path = tmp_path / "in.csv"
    path.write_text("a\n1\n")
    assert processes.likely_workers(path) == 1
    monkeypatch.setattr(processes, "LARGE_BYTES", 1)
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _: set(range(8)))
    assert processes.likely_workers(path) == processes.MOST_UNASKED
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _: {3})
    assert processes.likely_workers(path) == 1


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"digits": 0}, "from 1 to 15 significant digits can be written, not 0"),
        ({"digits": 16}, "from 1 to 15 significant digits can be written, not 16"),
        ({"workers": 0}, "at least one process works, not 0"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(model, tmp_path, options, match):
    path = tmp_path / "in.csv"
    path.write_text("age_years\n63\n")
    with pytest.raises(ConfigError, match=match):
        score_file(model, path, tmp_path / "out.csv", **options)
