"""The table is whole, what it names exists, and the page in the docs is written from it."""

import ast
from pathlib import Path

import pytest

from bad_input.elsewhere import ALL_ROWS, ELSEWHERE, LEFT_OUT
from bad_input.matrix import ACCEPTED, CELLS, FILES
from bad_input.page import PAGE, words
from bad_input.test_ways_in import SMOKE

ROOT = Path(__file__).parents[2]


def test_every_row_of_the_matrix_is_here_or_left_out_with_a_reason():
    here = {case.row for case in (*FILES, *CELLS, *ACCEPTED)} | {row for row, *_ in ELSEWHERE}
    assert here | set(LEFT_OUT) == ALL_ROWS
    assert not here & set(LEFT_OUT)


@pytest.mark.slow
@pytest.mark.parametrize("test", sorted({test for *_, test in ELSEWHERE}))
def test_a_test_that_is_named_exists(test):
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_two_cases_have_one_name():
    for cases in (FILES, CELLS, ACCEPTED):
        names = [case.name for case in cases]
        assert len(set(names)) == len(names)


def test_the_smoke_cases_are_as_many_as_the_page_says():
    assert len(SMOKE) + 1 == 9


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == words(), "run python tests/bad_input/page.py"
