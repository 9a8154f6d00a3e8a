"""Every wrong config that we know: those of the settings, and those of the study's files."""

from wrong_analyses import ANALYSES
from wrong_config import WrongConfig, case
from wrong_outcomes import OUTCOMES


def _rewritten(name, change):
    """A change of the text of one file."""

    def rewrite(folder):
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return rewrite


def _swapped(name, old, new):
    def swap(text):
        assert old in text, old
        return text.replace(old, new, 1)

    return _rewritten(name, swap)


def _items(instrument, columns):
    """A score of items in the mapping."""
    score = f"  womac_pain_0_100: {{items: {{instrument: {instrument}, columns: {{{columns}}}}}}}"
    return _swapped("mapping.yaml", "  work:", f"{score}\n  work:")


def _cells(column, value):
    """A column of the cohort file with one value, or what a function of the row says."""

    def change(text):
        head, *rows = [line.split(",") for line in text.splitlines()]
        place = head.index(column)
        for number, row in enumerate(rows):
            row[place] = value(number) if callable(value) else value
        return "".join(f"{','.join(row)}\n" for row in [head, *rows])

    return _rewritten("cohort.csv", change)


def _doubled(text):
    head, *rows = text.splitlines(keepends=True)
    return "".join([head, *rows, *rows])


def _of_another_study(folder):
    """What an interrupted run of another study left."""
    left = folder / "models" / ".searching" / "small" / "bootstrap" / "checkpoint.json"
    left.parent.mkdir(parents=True)
    left.write_text('{"fingerprint": "another"}', encoding="utf-8")


def file_case(name, change, said, *, base="continuous", code=3, **more):
    """A case of a change of the study's files."""
    return WrongConfig(name=name, base=base, change=change, said=said, code=code, **more)


FILES = [
    case("bounds exclude everybody",
         ["outcome.bounds=[-100, -1]", "outcome.events=[{name: a, label: a, direction: above, "
          "reference: fixed, value: -50}]"],
         "the outcome must lie in [-100, -1]; 92 of 100 rows do not", code=3),
    file_case("an empty file", _rewritten("cohort.csv", lambda text: ""),
              "cohort.csv: the file is empty"),
    file_case("a file with its header alone",
              _rewritten("cohort.csv", lambda text: text.splitlines()[0] + "\n"),
              "the cohort has no rows"),
    file_case("every person twice", _rewritten("cohort.csv", _doubled),
              "rows repeat an earlier row in every column", code=0),
    file_case("a value outside its range", _cells("flex_rad", "99"),
              "values lie outside 0 to 180 deg"),
    file_case("an outcome that is a text", _cells("jsw_change", "better"),
              "change_mm: column jsw_change: cells are no numbers"),
    file_case("an outcome that does not vary", _cells("jsw_change", "0.5"),
              "change_mm: the outcome does not vary"),
    file_case("an event that nobody has", _cells("tkr", "0"),
              "knee_replaced: the outcome does not vary", base="binary"),
    file_case("five events", _cells("tkr", lambda number: str(int(number < 5))),
              "5 people of 240 with the event", base="binary", code=0),
    file_case("a mapping of an absent column", _swapped("mapping.yaml", "falls_n", "fallz"),
              "falls: the file has no column fallz"),
    file_case("a mapping of an unknown variable", _swapped("mapping.yaml", "  falls:", "  fals:"),
              "variables.fals (line 10): the dictionary has no variable 'fals'", code=2),
    file_case("a typo in a mapping", _swapped("mapping.yaml", "unit: rad", "units: rad"),
              "variables.knee_flexion_deg.units (line 5): this key is not known", code=2),
    file_case("an unknown unit", _swapped("mapping.yaml", "unit: rad", "unit: furlong"),
              "the unit 'furlong' does not convert to deg", code=2),
    file_case("a level that the dictionary lacks",
              _swapped("mapping.yaml", "'3': current", "'3': sometimes"),
              "'sometimes' is not a known level; known: never, former, current", code=2),
    file_case("a code that the mapping lacks", _swapped("mapping.yaml", ", '3': current", ""),
              "smoking: column smoke: codes are no level of this category"),
    file_case("items of an unknown instrument", _items("womac_pian", "pain_1: falls_n"),
              "'womac_pian' is not a known instrument", code=2),
    file_case("an unknown item", _items("womac_pain", "pain_9: falls_n"),
              "items.columns must name the items pain_1, pain_2", code=2),
    file_case("too few items", _items("womac_pain", "pain_1: falls_n"), "pain_2", code=2),
    file_case("a key of items beside them",
              _swapped("mapping.yaml", "  work:", "  womac_pain_0_100: {items: {instrument: "
                       "womac_pain, columns: {pain_1: falls_n}, missing: ['9']}}\n  work:"),
              "missing belongs beside items", code=2),
    file_case("a kind that there is not",
              _swapped("variables.yaml", "kind: number", "kind: numeric"),
              "knee_flexion_deg.kind (line 4): must be one of 'number'", code=2),
    file_case("a range that descends",
              _swapped("variables.yaml", "hard: [0, 180]", "hard: [180, 0]"),
              "knee_flexion_deg.hard (line 6): hard must be two finite numbers that ascend",
              code=2),
    file_case("a variable with the name of a feature",
              _rewritten("variables.yaml", lambda text: text
                         + "\nhip_flexion_worse_deg: {label: x, kind: number, unit: deg}\n"),
              "'hip_flexion_worse_deg' is a derived feature of hiprisk", code=2),
    file_case("a variable twice in the dictionary",
              _rewritten("variables.yaml", lambda text: text
                         + "\nwork: {label: x, kind: number}\n"),
              "the key 'work' comes twice", code=2),
    file_case("--out is a file", lambda folder: (folder / "models").write_text("x"),
              "models: something that is no folder stands at the output's path",
              base="simulated", code=5),
    file_case("--out below a file", lambda folder: None,
              "cohort.csv: the output's folder cannot be made", code=5,
              options=("--out", "cohort.csv/models")),
    file_case("an MLflow server that does not answer", lambda folder: None,
              "the MLflow server at 127.0.0.1:9 does not answer", base="simulated", code=5,
              environment=(("MLFLOW_TRACKING_URI", "http://127.0.0.1:9"),)),
    # Of train alone; a plan has nothing to resume.
    file_case("--resume of another study", _of_another_study,
              "the checkpoint belongs to another config, cohort or version", base="simulated",
              code=2, options=("--resume",)),
]  # fmt: skip

CASES = [*OUTCOMES, *ANALYSES, *FILES]
