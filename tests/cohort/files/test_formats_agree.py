"""One cohort in every format is the same cohort."""

import decimal
import gzip
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from hiprisk.cohort.reading import read_cohort
from workbooks import write_ods, write_xlsx

FRAME = pd.DataFrame(
    {
        "person_id": ["0012", "0013", "ü"],
        "age_years": [63.5, 70.0, 81.0],
        "sex": ["female", "male", "female"],
        "lbp_any": ["yes", "no", "yes"],
        "knee_oa": [1.0, 0.0, np.nan],
    }
)
NUMBERS = {"sex": {"female": 1.0, "male": 2.0}, "lbp_any": {"yes": 1.0, "no": 0.0}}
LABELS = {"sex": {1: "Female", 2: "Male"}, "lbp_any": {1: "Yes", 0: "No"}}


def as_csv(delimiter=",", decimal=".", encoding="utf-8"):
    text = FRAME.to_csv(index=False, sep=delimiter, decimal=decimal)
    return text.encode(encoding)


def csv(path):
    path.write_bytes(as_csv())


def german_csv(path):
    path.write_bytes(as_csv(";", ",", "utf-16"))


def booleans_as_pandas_writes_them(path):
    truths = FRAME.assign(lbp_any=FRAME["lbp_any"] == "yes")
    truths.to_csv(path, index=False)


def gz(path):
    path.write_bytes(gzip.compress(as_csv()))


def packed(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pack/people.csv", as_csv("\t"))
        archive.writestr("__MACOSX/pack/._people.csv", "x")


def parquet(path):
    FRAME.to_parquet(path)


def typed_parquet(path):
    columns = {
        "person_id": pa.array(FRAME["person_id"]),
        "age_years": pa.array([decimal.Decimal(str(age)) for age in FRAME["age_years"]]),
        "sex": pa.array(FRAME["sex"]).dictionary_encode(),
        "lbp_any": pa.array([True, False, True]),
        "knee_oa": pa.array([1, 0, None], pa.int8()),
        "visits": pa.array([[1], [], None]),
    }
    pq.write_table(pa.table(columns), path)


def rows(*, truths=False):
    cells = FRAME.assign(lbp_any=FRAME["lbp_any"] == "yes") if truths else FRAME
    plain = cells.astype(object).where(cells.notna(), None).to_numpy().tolist()
    return [list(FRAME.columns), *plain]


def xlsx(path):
    write_xlsx(path, People=rows(truths=True), Notes=[["made for tests"]])


def ods(path):
    write_ods(path, rows(truths=True))


def coded():
    return FRAME.assign(**{name: FRAME[name].map(codes) for name, codes in NUMBERS.items()})


def sav(path):
    pyreadstat.write_sav(coded(), path, variable_value_labels=LABELS)


def dta(path):
    pyreadstat.write_dta(coded(), path, variable_value_labels=LABELS)


FORMATS = [
    csv, german_csv, booleans_as_pandas_writes_them, gz, packed, parquet, typed_parquet, xlsx, ods,
    sav, dta,
]  # fmt: skip


@pytest.mark.parametrize("write", FORMATS, ids=lambda write: write.__name__)
def test_every_format_gives_the_same_cohort(tmp_path, write):
    csv(tmp_path / "plain.csv")
    plain = read_cohort(tmp_path / "plain.csv")
    write(tmp_path / "in.dta" if write is dta else tmp_path / "in")
    cohort = read_cohort(tmp_path / ("in.dta" if write is dta else "in"))
    assert cohort.n_errors == 0
    pd.testing.assert_frame_equal(cohort.frame, plain.frame)
    assert cohort.fingerprint == plain.fingerprint
