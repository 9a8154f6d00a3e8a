"""A small invented pack of NHS PROMs, with the published names of files and columns."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

PACK = "PROMs CSV Data Pack Finalised 2018-19.zip"
# Pack, name of hip files, their ending, and the year that the rows hold.
YEARS = (
    ("CSV Data Pack 2016-17 Finalised.zip", "Replacement", "1617", "2016/17"),
    ("CSV Data Pack Final 1718.zip", "Replacements", "1718", "2017/18"),
    (PACK, "Replacement", "1819", "2018/19"),
)
ITEMS = ("Pain", "Sudden Pain", "Night Pain", "Washing", "Transport", "Dressing", "Shopping",
         "Walking", "Limping", "Stairs", "Standing", "Work")  # fmt: skip
BOXES = ("Heart Disease", "High Bp", "Stroke", "Circulation", "Lung Disease", "Diabetes",
         "Kidney Disease", "Nervous System", "Liver Disease", "Cancer", "Depression",
         "Arthritis")  # fmt: skip
EQ5D = ("Mobility", "Self-Care", "Activity", "Discomfort", "Anxiety")
BANDS = ("50 to 59", "60 to 69", "70 to 79", "80 to 89", "*")


def write_packs(folder: Path, n_people: int = 120) -> None:
    """A zip a year: hip and knee, by provider and by CCG, with footnotes beside."""
    for seed, (pack, word, ending, year) in enumerate(YEARS):
        with zipfile.ZipFile(folder / pack, "w", zipfile.ZIP_DEFLATED) as archive:
            for joint in ("Hip", "Knee"):
                for unit in ("Provider", "CCG"):
                    rows = table(n_people, joint, unit=f"{unit} Code", seed=seed, year=year)
                    archive.writestr(f"{joint} {word} {unit} {ending}.csv", rows)
            archive.writestr(f"CSV Footnotes {ending} Finalised.pdf", b"%PDF-")


def table(n_people: int, joint: str, *, unit: str, seed: int, year: str) -> str:
    """One file of the pack; 9, 999 and * as the published files have them."""
    rng = random.Random(seed)
    rows = [_row(rng, person, joint, unit, year) for person in range(n_people)]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _row(rng: random.Random, person: int, joint: str, unit: str, year: str) -> dict[str, object]:
    level = rng.random()
    before = [min(4, int(4 * level * rng.random() + 0.9)) for _ in ITEMS]
    after = [min(4, item + rng.choice((0, 1, 2, 2))) for item in before]
    suppressed = person % 15 == 0
    row: dict[str, object] = {
        unit: f"R{person % 6:02}",
        "Procedure": f"{joint} Replacement",
        "Revision Flag": int(person % 20 == 19),
        "Year": year,
        "Age Band": "*" if suppressed else BANDS[rng.randrange(4)],
        "Gender": "*" if suppressed else rng.choice((1, 2)),
        "Pre-Op Q Assisted": rng.choice((1, 2, 9)),
        "Pre-Op Q Assisted By": 9,
        "Pre-Op Q Symptom Period": rng.choice((1, 2, 3, 4, 9)),
        "Pre-Op Q Previous Surgery": rng.choice((1, 2, 2, 9)),
        "Pre-Op Q Living Arrangements": rng.choice((1, 1, 2, 2, 3, 4)),
        "Pre-Op Q Disability": rng.choice((1, 2, 9)),
        **{box: rng.choice((1, 9)) for box in BOXES},
        **{f"Pre-Op Q {part}": rng.choice((1, 2, 3, 9)) for part in EQ5D},
        "Pre-Op Q EQ5D Index Profile": "21232",
        "Pre-Op Q EQ5D Index": round(level - 0.2, 3),
    }
    row["Pre-Op Q EQ VAS"] = 999 if person % 9 == 0 else rng.randint(20, 95)
    for visit, items in (("Pre-Op", before), ("Post-Op", after)):
        for name, item in zip(ITEMS, items, strict=True):
            missing = name == "Work" and person % 11 == 0
            row[f"{joint} Replacement {visit} Q {name}"] = 9 if missing else item
        row[f"{joint} Replacement {visit} Q Score"] = sum(items)
    row[f"{joint} Replacement OHS Post-Op Q Predicted"] = round(sum(before) * 0.4 + 25, 3)
    return row
