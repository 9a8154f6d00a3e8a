"""The bad-input matrix: each row's number, what is done to a good file, and what must happen.

`docs/reference/bad-input.md` is written from it (`python tests/bad_input/page.py`), and a test
checks that the page is current. Rows that tests elsewhere pin are named in `elsewhere.py`.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass
from typing import Any

SECRET = "Jane Roe"
HEADER = "person_id,age_years,sex,lbp_any,womac_function_0_100\n"
ONE, TWO = "0012,64,female,yes,40\n", "0013,70,male,no,55.5\n"
GOOD = HEADER + ONE + TWO


@dataclass(frozen=True, kw_only=True)
class FileCase:
    """A file that is refused as a whole, with nothing written.

    Attributes
    ----------
    content : bytes or None
        None where `path` says what is given instead of a file.
    message : str
        Regular expression; what the refusal says.
    readers : tuple of str
        ``score`` alone where the rule needs a model.
    """

    row: int
    what: str
    code: str
    message: str
    content: bytes | None = None
    path: str = ""
    exit_code: int = 3
    readers: tuple[str, ...] = ("score", "check")

    @property
    def name(self) -> str:
        return f"{self.row} {self.what}"


@dataclass(frozen=True, kw_only=True)
class CellCase:
    """A cell that makes its row refused (or flagged); the other rows are scored.

    Attributes
    ----------
    person : str
        What a single patient's refusal says.
    flag : bool
        The row is scored and the code is a flag.
    also : tuple of str
        Further columns that hold the same.
    only_files : bool
        Where a single patient or a frame has no such thing.
    """

    row: int
    what: str
    column: str
    cell: str
    code: str
    person: str = ""
    flag: bool = False
    only_files: bool = False
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.row} {self.what}"


@dataclass(frozen=True, kw_only=True)
class AcceptedCase:
    """A file that is read; `expected` holds columns of what was read."""

    row: int
    what: str
    content: bytes
    expected: dict[str, list[Any]]
    result: str

    @property
    def name(self) -> str:
        return f"{self.row} {self.what}"


def text_file(row: int, what: str, code: str, message: str, text: str, **more: Any) -> FileCase:
    return FileCase(row=row, what=what, code=code, message=message, content=text.encode(), **more)


def path_case(row: int, what: str, code: str, message: str, path: str, exit_code: int) -> FileCase:
    return FileCase(row=row, what=what, code=code, message=message, path=path, exit_code=exit_code)


TWO_TIMES = f"{SECRET},{SECRET},64\n"
LONG_HEADER = ",".join(f"c{i:0>60}" for i in range(1500)) + "\n1\n"
RADIANS = "".join(f"{i},{1.2 + 0.05 * (i % 17):.2f},40\n" for i in range(40))
SHARES = "womac_function_0_100\n" + "0.5\n0.4\n0.45\n0.2\n0.7\n" * 8
CODED_1_2 = HEADER + "".join(f"{i},64,female,{1 + i % 2},40\n" for i in range(12))


def zipped(files: dict[str, str]) -> bytes:
    """A zip of some texts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


FILES: tuple[FileCase, ...] = (
    FileCase(row=1, what="empty file", code="EMPTY_FILE", message="the file is empty", content=b""),
    path_case(3, "no such file", "IO", "there is no such file", "absent.csv", 5),
    path_case(3, "a folder", "IO", "this is a folder", ".", 5),
    path_case(3, "no permission", "IO", "the file cannot be read: Permission denied", "locked", 5),
    FileCase(
        row=5, what="bytes of another encoding", code="ENCODING",
        message="row 4: the bytes are not utf-8 text", content=GOOD.encode()
        + f"{SECRET},60,fémale,no,3\n".encode("latin-1"),
    ),
    FileCase(
        row=7, what="a NUL byte", code="NOT_TEXT", message="the file holds NUL bytes",
        content=GOOD.encode() + b"0014,\x00,female,no,3\n",
    ),
    text_file(12, "every row one field too many", "RAGGED",
              "row 2: the row has 6 fields, the header has 5",
              HEADER + f"0012,64,female,yes,40,{SECRET}\n" * 2),
    text_file(13, "a row with a field missing", "RAGGED", "row 2: the row has 4 fields",
              HEADER + f"{SECRET},female,yes,40\n" + TWO),
    text_file(14, "one long row", "RAGGED", "row 4: the row has 6 fields",
              GOOD + f"0014,64,female,yes,40,{SECRET}\n"),
    text_file(15, "a quote that is not closed", "QUOTE", "a quote is not closed",
              GOOD + f'0014,64,"female,yes,{SECRET}\n0015,60,male,no,3\n'),
    text_file(16, "a line end inside quotes beside stray quotes", "QUOTE",
              "quoted field contains a line break",
              GOOD + f'"{SECRET}\nb",64,female,yes,40\n5" x,64,male,no,40\n'),
    text_file(19, "the last line is cut off", "TRUNCATED",
              "row 4: the last line is cut off: 2 of 5 fields", GOOD + f"{SECRET},64"),
    text_file(21, "a column twice", "DUP_COLUMN", "'age_years' comes 2 times, in columns 1, 2",
              "age_years,age_years\n1,2\n"),
    text_file(21, "a name twice where the header is absent", "MISSING_COLUMN",
              "no column has a name of the dictionary", TWO_TIMES),
    text_file(23, "names in capitals", "MISSING_COLUMN", "did you mean AGE_YEARS",
              GOOD.replace("age_years", "AGE_YEARS"), readers=("score",)),
    text_file(24, "no header", "MISSING_COLUMN", "no column has a name of the dictionary",
              f"{SECRET},64,female,yes,40\n0013,70,male,no,55\n"),
    text_file(25, "a comment before the header", "HEADER", "the first line is not a header",
              "# export\n" + GOOD),
    text_file(25, "sep= before the header", "HEADER", "the first line is not a header",
              "sep=;\n" + GOOD),
    text_file(27, "none of the model's variables", "MISSING_COLUMN",
              "the file lacks 4 of the model's variables", "person_id,bmi_kg_m2\n1,25\n",
              readers=("score",)),
    text_file(30, "a blank first line", "HEADER", "the first line is blank", "\n" + GOOD),
    text_file(55, "a share for a score, small enough for every range", "UNIT_SUSPECT",
              r"spread is .* times that of the development cohort.*from_range: \[0, 1\]", SHARES,
              readers=("score",)),
    FileCase(row=67, what="a gzip file that is damaged", code="COMPRESSED",
             message="the gzip file is damaged or cut off", content=b"\x1f\x8b\x08" + b"x" * 50),
    FileCase(row=67, what="a zip file that is damaged", code="COMPRESSED",
             message="the zip file is damaged or cut off", content=b"PK\x03\x04" + b"x" * 50),
    FileCase(row=67, what="a bzip2 file", code="COMPRESSED", message=r"compressed \(bzip2\)",
             content=b"BZh9" + b"x" * 50),
    FileCase(row=67, what="a zip with two data files", code="COMPRESSED",
             message="the zip holds 2 data files: a.csv, b.csv",
             content=zipped({"a.csv": GOOD, "b.csv": GOOD})),
    FileCase(row=67, what="a gzip file that unpacks without end", code="COMPRESSED",
             message="unpacks to more than 200 times its size",
             content=gzip.compress(b"a,b\n" + b"1,2\n" * (20 << 20), 1)),
    FileCase(row=67, what="a file that starts as Parquet and is none", code="PARQUET",
             message="cannot be read as Parquet", content=b"PAR1" + b"x" * 100),
    text_file(68, "a field of 70,000 bytes", "FIELD_TOO_LONG", "a field has more than 65536 bytes",
              HEADER + f"{'x' * 70_000},64,female,yes,40\n"),
    text_file(68, "2,001 columns", "TOO_MANY_COLUMNS", "2001 columns, at most 2000",
              ",".join(f"c{i}" for i in range(2001)) + "\n"),
    text_file(68, "a header without end", "HEADER", "the first line has more than 65536 bytes",
              LONG_HEADER),
    path_case(69, "a web address", "LOCAL_FILES_ONLY", "only local files", "http://host/x.csv", 2),
    path_case(69, "a bucket", "LOCAL_FILES_ONLY", "only local files", "s3://b/x.csv", 2),
    path_case(69, "a file address", "LOCAL_FILES_ONLY", "only local files", "file:///x", 2),
    path_case(69, "a network share", "LOCAL_FILES_ONLY", "only local files", "\\\\host\\x", 2),
    path_case(69, "a device", "LOCAL_FILES_ONLY", "neither a file nor a folder", "/dev/null", 2),
    path_case(69, "a pipe", "LOCAL_FILES_ONLY", "neither a file nor a folder", "fifo", 2),
    text_file(91, "1 and 2 where 0 and 1 are known", "SHIFTED_CODES",
              "coded 1 and 2\\? Then either 1 is yes and 2 is no, or 1 is no and 2 is yes",
              CODED_1_2, readers=("score",)),
    text_file(26, "a column that the answer adds", "COLUMN_EXISTS",
              "the file already has a column 'predicted'",
              "womac_function_0_100,predicted\n50,3\n", readers=("score",)),
)  # fmt: skip

NUMBER = "must be a number"
NUMBER_CELLS = {
    10: {"a decimal comma in quotes": "64,5"},
    11: {"a comma for thousands": "1,064.5"},
    40: {"a dot": ".", "a hyphen": "-", "a spreadsheet's error": "#VALUE!"},
    42: {"a number with its unit": "64 years", "a bound": ">89", "a range of ages": "95-100",
         "degrees": "95°"},
    43: {"an exponent of four digits": "1e4000"},
    44: {"a hexadecimal number": "0x40"},
    45: {"an underscore": "1_000", "full-width digits": "\uff16\uff14", "a minus sign": "\u22125"},
    47: {"a date": "1960-03-01"},
    48: {"TRUE for a number": "TRUE"},
}  # fmt: skip
LEVELS = "must be one of female, male"

CELLS: tuple[CellCase, ...] = (
    *(
        CellCase(row=row, what=what, column="age_years", cell=cell, code="NOT_A_NUMBER",
                 person=NUMBER)
        for row, cells in NUMBER_CELLS.items()
        for what, cell in cells.items()
    ),
    CellCase(row=37, what="a control character in an identifier", column="person_id",
             cell="00\x0112", code="BAD_ID", only_files=True),
    CellCase(row=37, what="an identifier of 257 characters", column="person_id", cell="x" * 257,
             code="BAD_ID", only_files=True),
    *(
        CellCase(row=41, what=f"the sentinel {cell}", column="age_years", cell=cell,
                 code="OUT_OF_RANGE", person="must lie in 18 to 110 years")
        for cell in ("-999", "999", "9999")
    ),
    *(
        CellCase(row=43, what=what, column="age_years", cell=cell, code="NOT_FINITE",
                 person="must be a number below 1e300")
        for what, cell in (("inf", "inf"), ("minus inf", "-inf"), ("Infinity", "Infinity"),
                           ("a number beyond a float", "1e400"),
                           ("a number beyond 1e300", "1.1e300"))
    ),
    CellCase(row=47, what="a year of birth", column="age_years", cell="1960", code="OUT_OF_RANGE",
             person="must lie in 18 to 110 years"),
    *(
        CellCase(row=50, what=f"the category {cell.strip()!r}", column="sex", cell=cell,
                 code="UNKNOWN_CATEGORY", person=LEVELS)
        for cell in ("f", "Female", "FEMALE", "1")
    ),
    CellCase(row=48, what="TRUE for a category", column="sex", cell="TRUE",
             code="UNKNOWN_CATEGORY", person=LEVELS),
    CellCase(row=51, what="a level nobody knows", column="sex", cell=SECRET,
             code="UNKNOWN_CATEGORY", person=LEVELS),
    CellCase(row=52, what="an age of -5", column="age_years", cell="-5", code="OUT_OF_RANGE",
             person="must lie in 18 to 110 years"),
    CellCase(row=53, what="an age outside what training held", column="age_years", cell="89",
             code="EXTRAPOLATION", flag=True),
    CellCase(row=60, what="too little known", column="womac_function_0_100", cell="",
             code="TOO_MANY_MISSING", person="too little is known",
             also=("age_years", "lbp_any")),
)  # fmt: skip

MISSING_WORDS = (
    "",
    "NA",
    "N/A",
    "#N/A",
    "NaN",
    "nan",
    "null",
    "NULL",
    "None",
    "unknown",
    "not known",
    "Not Known",
    "UNKNOWN",
    "n/a",
)
AGES, FUNCTION = {"age_years": [64.0, 70.0]}, {"womac_function_0_100": [40.0, 55.5]}
NAN = float("nan")


def accepted(
    row: int, what: str, content: bytes | str, expected: dict[str, list[Any]], result: str
) -> AcceptedCase:
    raw = content.encode() if isinstance(content, str) else content
    return AcceptedCase(row=row, what=what, content=raw, expected=expected, result=result)


def with_id(text: str) -> str:
    return HEADER + f"{text},64,female,yes,40\n" + TWO


ACCEPTED: tuple[AcceptedCase, ...] = (
    accepted(2, "a header alone", HEADER, {"age_years": []}, "0 rows, a warning"),
    accepted(4, "a byte order mark", b"\xef\xbb\xbf" + GOOD.encode(), AGES, "stripped"),
    accepted(8, "semicolons and a decimal comma",
             GOOD.replace(",", ";").replace("55.5", "55,5"), FUNCTION, "detected"),
    accepted(9, "tabs", GOOD.replace(",", "\t"), FUNCTION, "detected"),
    accepted(16, "a line end inside quotes",
             GOOD.replace("\n", ',"a\nb"\n').replace('"a\nb"', "note", 1), AGES, "text"),
    accepted(17, "lone carriage returns", GOOD.replace("\n", "\r"), AGES, "read"),
    accepted(18, "CRLF line ends", GOOD.replace("\n", "\r\n"), {"sex": ["female", "male"]}, "read"),
    accepted(20, "no final line end", GOOD.rstrip("\n"), AGES, "read"),
    accepted(21, "a column twice that nothing uses",
             GOOD.replace("\n", ",x,y\n").replace(",x,y", ",Complete?,Complete?", 1), AGES,
             "each has its place in its name: Complete? (column 6)"),
    accepted(67, "a gzip file", gzip.compress(GOOD.encode()), AGES, "unpacked"),
    accepted(67, "a zip file with one data file and side entries",
             zipped({"__MACOSX/._a.csv": "x", "a.csv": GOOD, "readme.txt": "x"}), AGES, "unpacked"),
    accepted(22, "blanks around a name", GOOD.replace("age_years", " age_years "), AGES,
             "stripped"),
    accepted(26, "a further column", GOOD.replace("\n", ",x\n").replace(",x", ",note", 1), AGES,
             "kept in the output, listed by `check`"),
    accepted(28, "a variable absent", "womac_function_0_100,age_years\n40,64\n55.5,70\n", AGES,
             "imputed, counted"),
    accepted(29, "commas at the end of every line", GOOD.replace("\n", ",\n"), AGES, "read"),
    accepted(30, "blank lines", GOOD.replace("\n0013", "\n\n0013"), AGES, "skipped"),
    accepted(31, "the identifier 0012", GOOD, {"person_id": ["0012", "0013"]}, "text"),
    accepted(32, "the identifier 9007199254740993", with_id("9007199254740993"),
             {"person_id": ["9007199254740993", "0013"]}, "text"),
    accepted(33, "an identifier of 20 digits", with_id("12345678901234567890"),
             {"person_id": ["12345678901234567890", "0013"]}, "text"),
    accepted(34, "an identifier twice", with_id("0013"), {"person_id": ["0013", "0013"]},
             "`check` warns: REPEATED_PERSON"),
    accepted(35, "an empty identifier", with_id(""), {"person_id": [None, "0013"]},
             "`check` warns: NO_ID"),
    accepted(36, "a formula as identifier", with_id("=1+1"), {"person_id": ["=1+1", "0013"]},
             "an apostrophe before it in the output"),
    accepted(38, "a person called NA", with_id("NA"), {"person_id": ["NA", "0013"]}, "text"),
    accepted(38, "a person called Null", with_id("Null"), {"person_id": ["Null", "0013"]}, "text"),
    *(
        accepted(39, f"{word!r} for missing", HEADER + f"0012,{word},{word},yes,40\n" + TWO,
                 {"age_years": [NAN, 70.0], "sex": [None, "male"]}, "missing")
        for word in MISSING_WORDS
    ),
    accepted(46, "blanks around a number", HEADER + "0012, 64 ,female,yes,40\n" + TWO, AGES,
             "stripped"),
    accepted(49, "a grade with a missing value", "kl_grade,age_years\n3,64\n,70\n",
             {"kl_grade": [3.0, NAN]}, "a whole number"),
    accepted(50, "codes with a decimal point", HEADER + "0012,64,female,1.0,40\n"
             "0013,64,female,0,40\n", {"lbp_any": ["yes", "no"]}, "0 and 1 of no and yes"),
    accepted(50, "blanks around a category", HEADER + "0012,64, female ,yes,40\n" + TWO,
             {"sex": ["female", "male"]}, "stripped"),
)  # fmt: skip
