"""Everybody at the first visit, described in the sheet."""

import dataclasses

import pytest

from hiprisk.errors import BundleError
from hiprisk.learning.sheets.first_visit import with_first_visit
from hiprisk.sheet.document.parsing import parse_sheet
from small_bundle import small_sheet
from small_cohort import cohort_like_the_sheet


def test_a_first_visit_is_written_down_and_read_again():
    sheet = with_first_visit(small_sheet(), cohort_like_the_sheet(300).frame)
    visit = parse_sheet(sheet.to_json()).first_visit
    assert visit == sheet.first_visit
    assert visit.n_people == 300
    lacking = dataclasses.replace(sheet, first_visit=dataclasses.replace(visit, means=()))
    with pytest.raises(BundleError, match="first visit are not described in every variable"):
        parse_sheet(lacking.to_json())
