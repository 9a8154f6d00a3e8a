"""A user's own variables: what the file may say, and how the packaged dictionary takes it up."""

import pickle

import pytest

from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.cohort.own_variables import (
    changed_findings,
    combined,
    load_own_dictionary,
    own_dictionary_from_text,
)
from hiprisk.cohort.reading import read_cohort
from hiprisk.errors import ConfigError, StoreError
from hiprisk.sheet.format import VariableSpec

OWN = """
grip_kg:
  label: grip strength
  kind: number
  unit: kg
  hard: [0, 120]
  soft: [5, 80]
  aliases: [GripStrength]
fell:
  label: a fall in the last year
  kind: category
  levels: [no, yes]
age_years:
  hard: [16, 110]
"""


def own(text=OWN):
    return own_dictionary_from_text(text)


def test_own_variables_are_added_to_the_packaged_ones():
    dictionary = own()
    assert dictionary["grip_kg"].soft == (5.0, 80.0)
    assert dictionary["fell"].levels == ("no", "yes")
    assert set(load_dictionary()) < set(dictionary)
    assert list(dictionary.own) == ["grip_kg", "fell"]
    assert dictionary.label("grip_kg") == "grip strength"


def test_what_is_said_anew_of_a_packaged_variable_leaves_the_rest_as_it_was():
    variable = own()["age_years"]
    assert variable.hard == (16.0, 110.0)
    assert (variable.soft, variable.unit) == ((40.0, 90.0), "years")
    assert load_dictionary()["age_years"].hard == (18.0, 110.0)


def test_what_is_said_anew_is_a_finding():
    (finding,) = changed_findings(own(), ["age_years", "grip_kg"])
    assert (finding.code, finding.severity) == ("DICTIONARY_CHANGED", "note")
    assert finding.column == "age_years"
    assert "hard range 16 to 110 (packaged: 18 to 110)" in finding.message


def test_a_variable_that_the_cohort_lacks_gives_no_finding():
    assert list(changed_findings(own(), ["sex"])) == []


def test_what_a_model_has_as_it_is_packaged_gives_no_finding():
    age = load_dictionary()["age_years"]
    spec = VariableSpec(name=age.name, label=age.label, unit="years", kind="number",
                        hard=age.hard, soft=age.soft)  # fmt: skip
    assert list(changed_findings(own().with_model([spec]), ["age_years"])) == []


def test_a_dictionary_goes_to_another_process():
    dictionary = pickle.loads(pickle.dumps(own()))
    assert dictionary == own()
    assert dictionary.changed == ("age_years",)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Grip: {label: grip, kind: number}", r"Grip \(line 1\): a name is made of small letters"),
        ("risk: {label: risk, kind: number}", "'risk' is the name of a column that scoring adds"),
        ("chance_x: {label: x, kind: number}", "'chance_x' is the name of a column"),
        ("source: {label: source, kind: category}", "'source' is an option of hiprisk predict"),
        ("grip: {kind: number}", "has no variable 'grip', and a new one needs label and kind"),
        ("grip: {label: ' ', kind: number}", "a label is needed"),
        ("grip: {label: g, kind: numeric}", r"grip.kind \(line 1\): must be one of 'number'"),
        (
            "grip: {label: g, kind: number, hrad: [0, 1]}",
            "this key is not known .did you mean hard",
        ),
        ("grip: {label: g, kind: number, hard: [5, 1]}", "hard must be two finite numbers that"),
        ("grip: {label: g, kind: number, hard: [0, 1], soft: [0, 2]}", "inside the hard range"),
        ("grip: {label: g, kind: number, levels: [a, b]}", "levels belong to a category"),
        ("arm: {label: a, kind: category, levels: [a]}", "two or more levels, each once"),
        ("arm: {label: a, kind: category, levels: [a, a]}", "two or more levels, each once"),
        ("arm: {label: a, kind: category, levels: [a, 'b=c']}", "a level has no equals sign"),
        ("arm: {label: a, kind: category, levels: [' a', b]}", "without blanks around it"),
        ("arm: {label: a, kind: category, hard: [0, 1]}", "hard belongs to a number"),
        ("arm: {label: a, kind: category, unit: kg}", "unit belongs to a number"),
        ("grip: {label: g, kind: number, monotone: 2}", "monotone.*must be one of -1, 0, 1"),
        ("grip: {label: g, kind: number, aliases: [bmi_kg_m2]}", "a name of 'bmi_kg_m2' already"),
        (
            "a: {label: a, kind: number, aliases: [x]}\nb: {label: b, kind: number, aliases: [x]}",
            r"b.aliases \(line 2\): 'x' is a name of 'a' already",
        ),
        ("age_years: {unit: months}", "the unit of the packaged variable is years and stays so"),
        ("sex: {kind: number}", "the kind of the packaged variable is category and stays so"),
        ("data_provenance: {levels: [a, b]}", "which levels mean simulated people is fixed"),
        (
            "g: {label: g, kind: number, measurement_error: "
            "{instrument: scale, low: 3, high: 1, source: s}}",
            "low and high must be positive and ascend",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_with_the_line(text, rule):
    with pytest.raises(ConfigError, match=rf"(?s)variables.yaml.*{rule}"):
        own(text)


def test_a_dictionary_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StoreError, match="the dictionary cannot be read"):
        load_own_dictionary(tmp_path / "variables.yaml")


def test_a_model_wins_over_what_a_dictionary_says():
    spec = VariableSpec(name="grip_kg", label="grip", unit="kg", kind="number", hard=(0.0, 90.0))
    assert own().with_model([spec])["grip_kg"].hard == (0.0, 90.0)


def test_two_dictionaries_that_say_different_things_are_known_by_the_variable():
    other = own("grip_kg: {label: grip, kind: number, unit: lb}")
    both, differ = combined(own(), other)
    assert differ == ("grip_kg",)
    assert both["fell"].label == "a fall in the last year"
    assert combined(own(), own())[1] == ()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "variables.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(
        "dictionary: variables.yaml\n"
        "variables:\n"
        "  grip_kg: {column: hand, missing: ['-9']}\n"
        "  fell: {column: falls, levels: {'1': no, '2': yes}}\n",
        encoding="utf-8",
    )
    (tmp_path / "cohort.csv").write_text("hand,falls\n30,1\n-9,2\n150,2\n", encoding="utf-8")
    return tmp_path


def test_a_mapping_names_its_dictionary_from_its_own_folder(folder):
    cohort = read_cohort(folder / "cohort.csv", load_mapping(folder / "mapping.yaml"))
    assert list(cohort.frame["fell"]) == ["no", "yes", "yes"]
    assert list(cohort.frame["grip_kg"].isna()) == [False, True, False]
    assert cohort.dictionary["grip_kg"].unit == "kg"
    assert ("OUT_OF_RANGE", "grip_kg") in {(one.code, one.column) for one in cohort.findings}


def test_a_mapping_that_contradicts_the_study_is_refused(folder):
    study = own("grip_kg: {label: grip, kind: number, unit: lb}")
    with pytest.raises(ConfigError, match="the study's dictionary says something else of grip_kg"):
        load_mapping(folder / "mapping.yaml", dictionary=study)


def test_a_mapping_without_a_dictionary_uses_the_study_s(folder):
    mapping = mapping_from_text("variables: {grip_kg: hand}", dictionary=own())
    assert "grip_kg" in read_cohort(folder / "cohort.csv", mapping).frame


def test_an_unknown_variable_of_a_mapping_says_how_to_add_one():
    with pytest.raises(ConfigError, match="a variable of your own is declared in a YAML file that"):
        mapping_from_text("variables: {xylophone: hand}")


def test_without_a_mapping_own_variables_are_found_by_name_or_alias(tmp_path):
    (tmp_path / "cohort.csv").write_text("GripStrength,fell\n30,yes\n", encoding="utf-8")
    frame = read_cohort(tmp_path / "cohort.csv", dictionary=own()).frame
    assert (frame["grip_kg"][0], frame["fell"][0]) == (30.0, "yes")


def test_a_later_variable_of_the_same_name_wins():
    added = Variable(name="fell", label="fell", kind="number", source="test")
    assert own().with_variables([added])["fell"].kind == "number"


RECODED = """
girth_cm: {label: girth of the thigh, kind: number, unit: cm}
since_years: {label: years of pain, kind: number, unit: years}
crp: {label: CRP, kind: number, unit: mg/L}
tilt: {label: tilt of the pelvis, kind: number, unit: deg, hard: [-40, 60]}
comfort: {label: comfort, kind: number, hard: [1, 5], direction: higher_better}
strain: {label: strain, kind: number, unit: points 0-10, hard: [0, 10]}
reach: {label: reach, kind: number, unit: cm, hard: [0, 80]}
smoking: {label: smoking, kind: category, levels: [never, former, current]}
"""


def recoded(tmp_path, variable, source, *cells):
    (tmp_path / "own.csv").write_text("\n".join(["c", *cells, ""]), encoding="utf-8")
    mapping = mapping_from_text(
        f"variables: {{{variable}: {{column: c, {source}}}}}", dictionary=own(RECODED)
    )
    return read_cohort(tmp_path / "own.csv", mapping)


@pytest.mark.parametrize(
    ("variable", "source", "cells", "values"),
    [
        ("girth_cm", "unit: inch", ["20", "1e1"], [50.8, 25.4]),
        ("since_years", "unit: months, missing: ['999']", ["18", "999"], [1.5, None]),
        ("crp", "unit: mg/L", ["3", "4"], [3.0, 4.0]),
        ("tilt", "reverse: true", ["-14", "7"], [14.0, -7.0]),
        ("tilt", "unit: rad, reverse: true", ["1.5707963267948966", "0"], [-90.0, 0.0]),
        ("comfort", "reverse: true", ["1", "4"], [5.0, 2.0]),
        ("strain", "from_range: [0, 100], reverse: true", ["30", "100"], [7.0, 0.0]),
    ],
)
def test_a_mapping_recodes_own_numbers_as_packaged_ones(tmp_path, variable, source, cells, values):
    cohort = recoded(tmp_path, variable, source, *cells)
    got = [None if value != value else value for value in cohort.frame[variable]]
    assert got == pytest.approx(values)
    assert not cohort.unreadable


def test_a_mapping_recodes_own_levels(tmp_path):
    codes = "levels: {'1': never, '2': former, '3': current}, missing: ['8']"
    cohort = recoded(tmp_path, "smoking", codes, "1", "3.0", "8", "4")
    assert cohort.frame["smoking"].fillna("").tolist() == ["never", "current", "", ""]
    [(note, rows)] = cohort.unreadable.items()
    assert (str(note), rows.tolist()) == ("UNKNOWN_CATEGORY(smoking)", [False, False, False, True])


@pytest.mark.parametrize(
    ("variable", "source", "message"),
    [
        (
            "reach",
            "reverse: true",
            "a score of your own is one if its dictionary gives it a direct",
        ),
        ("crp", "unit: g/L", "'g/L' does not convert to mg/L; known: none"),
        ("since_years", "unit: cm", "known: months, years, weeks, days"),
        ("tilt", "from_range: [0, 10]", "an angle has a unit"),
        ("crp", "from_range: [0, 10]", "need a number with a range"),
        ("smoking", "levels: {'1': ex}", "'ex' is not a known level"),
    ],
)
def test_what_an_own_variable_cannot_be_recoded_by_is_refused(tmp_path, variable, source, message):
    with pytest.raises(ConfigError, match=message):
        recoded(tmp_path, variable, source, "1")


def test_a_hard_range_said_alone_narrows_the_packaged_soft_one():
    assert own("age_years: {hard: [50, 80]}")["age_years"].soft == (50.0, 80.0)
    assert own("age_years: {hard: [91, 99]}")["age_years"].soft is None


def score_at_a_year(**entry):
    text = ", ".join(f"{key}: {value}" for key, value in entry.items())
    columns = ", ".join(f"q{n}: q{n}" for n in range(1, 5))
    return mapping_from_text(
        f"variables: {{qol_12m: {{items: {{instrument: hoos_qol, columns: {{{columns}}}}}}}}}",
        dictionary=own(f"qol_12m: {{label: q, kind: number, {text}}}"),
    )


def test_an_own_variable_is_scored_from_items_where_its_scale_is_the_instruments(tmp_path):
    (tmp_path / "c.csv").write_text("q1,q2,q3,q4\n0,4,2,2\n", encoding="utf-8")
    mapping = score_at_a_year(hard=[0, 100], direction="higher_better")
    assert read_cohort(tmp_path / "c.csv", mapping).frame["qol_12m"].tolist() == [50.0]


@pytest.mark.parametrize(
    "entry", [{"hard": [0, 100]}, {"hard": [0, 16], "direction": "higher_better"}]
)
def test_an_own_variable_of_another_scale_takes_no_items(entry):
    with pytest.raises(ConfigError, match=r"hard: \[0, 100\] and direction: higher_better"):
        score_at_a_year(**entry)


def test_with_a_mapping_only_what_it_names_is_read(tmp_path):
    (tmp_path / "cohort.csv").write_text("grip_kg,GripStrength,f\nstrong,30,yes\n")
    mapping = mapping_from_text("variables: {fell: f}", dictionary=own())
    for dictionary in (None, own()):
        cohort = read_cohort(tmp_path / "cohort.csv", mapping, dictionary=dictionary)
        assert list(cohort.frame) == ["fell"]
        assert cohort.ignored == ("grip_kg", "GripStrength")
        assert cohort.n_errors == 0


def test_without_a_mapping_a_variable_with_two_columns_is_not_guessed(tmp_path):
    both = "GripStrength,grip,f\n30,31,yes\n"
    (tmp_path / "cohort.csv").write_text(both, encoding="utf-8")
    two = own("grip_kg: {label: g, kind: number, aliases: [GripStrength, grip]}\n"
              "fell: {label: f, kind: category, levels: [no, yes], aliases: [f]}")  # fmt: skip
    assert list(read_cohort(tmp_path / "cohort.csv", dictionary=two).frame) == ["fell"]
