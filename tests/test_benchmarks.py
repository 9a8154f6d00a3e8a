"""What `make bench` runs is there, and its table is made of what was recorded."""

import csv
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "experiments" / "bench"


@pytest.fixture
def module(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))

    def load(name):
        spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
        found = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, found)
        spec.loader.exec_module(found)
        return found

    return load


def scripts_of_the_makefile():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"experiments/\S+\.py", text)))


def test_every_script_of_the_makefile_exists():
    assert len(scripts_of_the_makefile()) >= 3
    assert [name for name in scripts_of_the_makefile() if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("name", ["run_all", "growth", "table"])
def test_help_works_and_names_the_short_form(name):
    done = subprocess.run(
        [sys.executable, str(BENCH / f"{name}.py"), "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ("--short" in done.stdout) == (name != "table")


def test_every_benchmark_exists_and_has_a_short_form(module):
    run_all = module("run_all")
    texts = {script.name: (BENCH / f"{script.name}.py") for script in run_all.SCRIPTS}
    there = {name: file.read_text(encoding="utf-8") for name, file in texts.items()}
    assert [name for name, text in there.items() if '"--short"' not in text] == []


def test_an_exponent_is_the_slope_of_the_upper_points(module):
    growth = module("growth")
    sizes = [1_000, 10, 100_000, 10_000]
    # A fixed cost of 5 hides the slope below.
    found = growth.exponent(sizes, [5.0 + 0.01 * size**1.5 for size in sizes])
    assert (found.low, found.high) == (1_000, 100_000)
    assert found.exponent == pytest.approx(1.5, abs=0.01)


def test_a_larger_study_begins_with_the_people_of_a_smaller_one(module, tmp_path):
    large = module("large_study")
    monday = large.write_study(tmp_path / "a", people=30, predictors=20)
    large.write_study(tmp_path / "b", people=40, predictors=20)
    rows = [(tmp_path / name / "cohort.csv").read_text().splitlines() for name in "ab"]
    assert [len(one) for one in rows] == [31, 41]
    assert len(rows[0][0].split(",")) == 1 + 20 + 1
    assert "score_before" in monday.read_text()


def test_the_table_has_each_row_once_between_its_markers(module, tmp_path, monkeypatch):
    recording, table = module("recording"), module("table")
    monkeypatch.setattr(recording, "RESULTS", tmp_path)
    row = recording.Row(
        what="a job", aim="twice", ours="1 s", rival_name="other", rival="2.5 s",
        **recording.ratio_of_pairs([1.0, 1.0], [2.0, 3.0]), note="a | b",
    )  # fmt: skip
    file = recording.record("trees", [row], load=0.25)
    with file.open(newline="") as stream:
        assert tuple(next(csv.reader(stream))) == recording.COLUMNS
    found = table.table(table.recorded(tmp_path))
    lines = found.splitlines()
    assert lines[2].startswith(
        "| a job | twice | 1 s (a / b) | other: 2.5 s | 2.50 (2.00 to 3.00) | 0.2, "
    )
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter"
    assert table.page_with(page, "new") == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter"
    with pytest.raises(SystemExit, match=r"markers are not in performance\.md"):
        table.page_with("no markers", "new")


def test_the_page_has_the_markers(module):
    table = module("table")
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert table.page_with(text, "x")
    assert table.page_with(text, "x", table.GROWTH_BEGIN, table.GROWTH_END)


def test_curves_that_were_drawn_stand_on_the_page(module, tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "growth-score-rows.png").touch()
    found = module("table").pictures(folder)
    assert found == "![Growth: score-rows](figures/growth-score-rows.png)"


def test_what_many_rows_cost_is_the_line_through_the_two_largest_points(module, tmp_path):
    on_paper = module("on_paper")
    # 1 s + 2 ms a row, 100 MiB + 1 KiB a row; the smallest point is on no line.
    points = [(n, 1.0 + 0.002 * n, 100.0 + n / 1024) for n in (100_000, 500_000)]
    found = on_paper.slope([(10, 50.0, 50.0), *points])
    assert (found.low, found.high) == (100_000, 500_000)
    assert (found.cpu, found.memory) == (pytest.approx(0.002), pytest.approx(1024.0))
    assert found.fixed == pytest.approx(100 * 1024**2)
    # Memory that differs as two runs do does not grow.
    assert on_paper.slope([(1, 1.0, 300.0), (10, 2.0, 305.0)]).memory == 0.0
    file = tmp_path / "points.csv"
    with file.open("w") as stream:
        stream.write("curve,size,cpu_seconds,peak_mib\n")
        for n, cpu, mib in points:
            stream.write(f"train-people,{n},{cpu},{mib}\n")
    text = on_paper.table(on_paper.measured(file), 10**9, 16)
    assert "| train: CPU | 2.00 ms a person | 555.6 h, " in text
    # 16 GiB less 100 MiB, at 1 KiB a person.
    assert (
        f"| train: people that 16 GiB hold | (memory - fixed) / slope | {(16384 - 100) * 1024:,}"
        in text
    )
    assert on_paper.BEGIN in on_paper.PAGE.read_text("utf-8")


def test_a_command_is_measured_with_what_it_started(module):
    measuring = module("measuring")
    child = "b = bytearray(60 << 20); import time; time.sleep(0.3)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    cost = measuring.measure([sys.executable, "-c", parent])
    assert cost.wall_seconds > 0.3
    assert 0 < cost.cpu_seconds < cost.wall_seconds
    assert cost.peak_mib > 60


def test_a_command_that_fails_is_told_with_its_words(module):
    measuring = module("measuring")
    with pytest.raises(measuring.CommandFailedError, match="ended with 3: no such cohort"):
        measuring.measure(
            [sys.executable, "-c", "import sys; print('no such cohort', file=sys.stderr); exit(3)"]
        )
