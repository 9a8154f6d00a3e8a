"""Stacked imputations: told apart, put in one order, and never counted as people."""

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.imputations import check_no_stack, imputation_labels, split_imputations
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.cohort.reading import read_cohort
from hiprisk.errors import ConfigError, InputError

HEAD = "imp,id,age"
MAPPING = "imputation_column: imp\nvariables: {person_id: id, age_years: age}"


def read(path, rows, mapping=MAPPING):
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return read_cohort(path, mapping_from_text(mapping))


def test_a_file_without_numbered_imputations_is_one_cohort(tmp_path):
    cohort = read(tmp_path / "x.csv", ["1,a,60", "1,b,61"], "variables: {age_years: age}")
    assert imputation_labels(cohort) == ()
    assert split_imputations(cohort) == (cohort,)
    check_no_stack(cohort)


def test_one_imputation_of_several_is_no_stack(tmp_path):
    rows = ["1,a,60", "1,b,61", "2,a,60", "2,b,63"]
    cohort = read(tmp_path / "x.csv", rows, MAPPING + "\nimputations: ['2']")
    assert imputation_labels(cohort) == ("2",)
    check_no_stack(cohort)


def test_several_imputations_are_refused_where_one_is_needed(tmp_path):
    cohort = read(tmp_path / "x.csv", ["1,a,60", "1,b,61", "2,a,60", "2,b,63"])
    with pytest.raises(
        ConfigError, match=r"stacked imputations: 2 were read.*imputations: \["
    ) as e:
        check_no_stack(cohort)
    assert (e.value.code, e.value.exit_code) == ("STACKED_ROWS", 2)


def test_persons_stand_in_the_order_of_the_first_imputation(tmp_path):
    first, second = split_imputations(
        read(tmp_path / "x.csv", ["1,a,60", "2,b,63", "2,a,62", "1,b,61"])
    )
    assert first.frame["person_id"].tolist() == second.frame["person_id"].tolist() == ["a", "b"]
    assert second.frame["age_years"].tolist() == [62, 63]
    assert (first.file_rows.tolist(), second.file_rows.tolist()) == ([2, 5], [4, 3])
    assert first.imputation is None
    assert first.fingerprint != second.fingerprint


def test_codes_that_another_program_wrote_as_numbers_are_the_same_imputation(tmp_path):
    cohort = read(tmp_path / "x.csv", ["1,a,60", "1.0,b,61", "2,a,60", "2.0,b,63"])
    assert [part.n_rows for part in split_imputations(cohort)] == [2, 2]


@pytest.mark.parametrize("asked", ["['1', '3']", "['3']", "[3]"])
def test_an_imputation_that_the_file_lacks_is_refused(tmp_path, asked):
    rows = ["1,a,60", "1,b,61", "2,a,60", "2,b,63"]
    with pytest.raises(InputError, match="no row that is read belongs to imputation '3'") as e:
        read(tmp_path / "x.csv", rows, f"{MAPPING}\nimputations: {asked}")
    assert (e.value.code, e.value.exit_code) == ("MISSING_IMPUTATION", 3)


def test_the_data_before_imputation_are_left_out(tmp_path):
    rows = ["0,a,", "0,b,61", "1,a,60", "1,b,61", "2,a,59", "2,b,61"]
    parts = split_imputations(read(tmp_path / "x.csv", rows))
    assert [part.frame["age_years"].tolist() for part in parts] == [[60, 61], [59, 61]]


def test_an_imputation_that_is_numbered_0_is_kept(tmp_path):
    rows = ["0,a,60", "0,b,61", "1,a,59", "1,b,61"]
    assert len(split_imputations(read(tmp_path / "x.csv", rows))) == 2


def test_imputations_of_unequal_length_are_refused(tmp_path):
    cohort = read(tmp_path / "x.csv", ["1,a,60", "1,b,61", "2,a,60"])
    with pytest.raises(InputError, match="1 to 2 rows, and must have the same") as e:
        split_imputations(cohort)
    assert e.value.exit_code == 3


def test_other_persons_in_another_imputation_are_refused(tmp_path):
    cohort = read(tmp_path / "x.csv", ["1,a,60", "1,b,61", "2,a,60", "2,c,61"])
    with pytest.raises(InputError, match="1 rows have no partner of the same person"):
        split_imputations(cohort)


def test_two_hips_of_a_person_keep_their_order(tmp_path):
    rows = ["1,a,60", "1,a,70", "2,a,61", "2,a,71"]
    _, second = split_imputations(read(tmp_path / "x.csv", rows, "grain: hip\n" + MAPPING))
    assert second.frame["age_years"].tolist() == [61, 71]


def test_unreadable_cells_go_with_their_rows(tmp_path):
    rows = ["1,a,60", "1,b,61", "2,b,x", "2,a,60"]
    _, second = split_imputations(read(tmp_path / "x.csv", rows))
    assert [np.flatnonzero(mask).tolist() for mask in second.unreadable.values()] == [[1]]
    assert pd.isna(second.frame["age_years"].iloc[1])
