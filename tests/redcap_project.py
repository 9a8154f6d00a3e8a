"""A small invented REDCap project: its data dictionary, and its export, raw or labelled.

``python tests/redcap_project.py`` writes `export.csv` (300 records), `new_patients.csv` (12 records
at their first event) and `dictionary.csv` for docs/tutorials/redcap.md.
"""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

DICTIONARY = """\
"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",\
"Choices, Calculations, OR Slider Labels","Field Note",\
"Text Validation Type OR Show Slider Number","Text Validation Min","Text Validation Max",\
"Identifier?","Branching Logic (Show field only if...)","Required Field?","Custom Alignment",\
"Question Number (surveys only)","Matrix Group Name","Matrix Ranking?","Field Annotation"
record_id,demographics,,text,"Record ID",,,,,,,,,,,,,
age,demographics,,text,"Age (years)",,,integer,18,110,,,,,,,,
sex,demographics,,radio,Sex,"1, Male | 2, Female | 9, Prefer not to say",,,,,,,,,,,,
phone,demographics,,text,"Telephone",,,phone,,,y,,,,,,,
grip,demographics,,text,"<b>Grip</b> strength (kg)",,,number,0,120,,,,,,,,
work,demographics,,dropdown,"Work","1, Paid | 2, Retired | 3, Other | 99, Unknown",,,,,,,,,,,,
pain_sites,demographics,,checkbox,"Where does it hurt?","1, Back | 2, Hip",,,,,,,,,,,,
comments,demographics,,notes,Comments,,,,,,,,,,,,,
"""
CHOICES = "0, Worst | 1, Bad | 2, Fair | 3, Good | 4, Best"
ITEM = f'ohs_{{n}},oxford,,radio,"Question {{n}}","{CHOICES}",,,,,,,,,,,,'
ANSWERS = ("Worst", "Bad", "Fair", "Good", "Best")
N_ITEMS = 12
EVENTS = {"baseline_arm_1": "Baseline", "month_12_arm_1": "Month 12"}
WORK = {"1": "Paid", "2": "Retired", "3": "Other", "99": "Unknown"}
BOXES = ("Where does it hurt? (choice=Back)", "Where does it hurt? (choice=Hip)")
SEX = {"1": "Male", "2": "Female", "9": "Prefer not to say"}


def data_dictionary() -> str:
    """The project's data dictionary as it is downloaded."""
    return DICTIONARY + "".join(ITEM.format(n=n) + "\n" for n in range(1, N_ITEMS + 1))


def export(n_people: int = 80, *, labelled: bool = False) -> str:
    """Every record at two events; some notes have line ends."""
    rng = random.Random(3)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_header(labelled=labelled))
    for record in range(1, n_people + 1):
        level = rng.random()
        for event, words in EVENTS.items():
            first = event == "baseline_arm_1"
            middle = 4 * level + (0 if first else 1)
            items = [min(4, max(0, round(rng.gauss(middle, 0.8)))) for _ in range(N_ITEMS)]
            person = _demographics(rng, record, labelled=labelled) if first else [""] * 5
            boxes = [str(rng.randint(0, 1)) for _ in range(2)] if first else ["0", "0"]
            if labelled:
                boxes = ["Checked" if box == "1" else "Unchecked" for box in boxes]
            has_note = first and record % 3 == 0
            note = [f"first line {record}\nsecond line"] if has_note else [""]
            done = "Complete" if labelled else "2"
            answers = [ANSWERS[item] if labelled else str(item) for item in items]
            visit = words if labelled else event
            row = [str(record), visit, *person, *boxes, *note, done, *answers, done]
            writer.writerow(row)
    return out.getvalue()


def _header(*, labelled: bool) -> list[str]:
    items = range(1, N_ITEMS + 1)
    if labelled:
        questions = [f"Question {n}" for n in items]
        first = ["Record ID", "Event Name", "Age (years)", "Sex", "Telephone", "Grip strength (kg)"]
        return [*first, "Work", *BOXES, "Comments", "Complete?", *questions, "Complete?"]
    first = ["record_id", "redcap_event_name", "age", "sex", "phone", "grip", "work"]
    boxes = ["pain_sites___1", "pain_sites___2"]
    names = [f"ohs_{n}" for n in items]
    return [*first, *boxes, "comments", "demographics_complete", *names, "oxford_complete"]


def _demographics(rng: random.Random, record: int, *, labelled: bool) -> list[str]:
    sex, work = rng.choice(["1", "2"]), rng.choice(["1", "2", "2", "3", "99"])
    return [
        str(rng.randint(48, 84)),
        SEX[sex] if labelled else sex,
        f"0161 {record:06}",
        f"{rng.gauss(30, 8):.1f}",
        WORK[work] if labelled else work,
    ]


def write_files() -> None:
    """What a reader of the tutorial downloads from the project, in the current folder."""
    first = [line for line in export(12).splitlines(keepends=True) if "month_12" not in line]
    for name, text in {
        "export.csv": export(300),
        "new_patients.csv": "".join(first),
        "dictionary.csv": data_dictionary(),
    }.items():
        Path(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_files()
