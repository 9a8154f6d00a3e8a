"""One loader: the same message for the same mistake in every kind of YAML file."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from hiprisk.cohort.dictionary import dictionary_from_text
from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.config import load_config, study_from_text
from hiprisk.config.published import load_published, published_from_text
from hiprisk.errors import ConfigError, StoreError
from hiprisk.serving.fhir.code_map import code_map_from_text, load_code_map
from hiprisk.yaml_settings import UndecidedLines
from study_text import small_study

CONFIGS = Path(__file__).parents[1] / "configs"


class Kind(NamedTuple):
    """One kind of file: a reader, a correct text, and where to put each mistake."""

    read: object
    text: str
    known: str
    section: str
    required: str
    choice: str


STUDY = (CONFIGS / "stupar.yaml").read_text()
PUBLISHED = (CONFIGS / "published" / "invented_womac.yaml").read_text()
MAPPING = """grain: person
format:
  decimal: ","
variables:
  age_years: age
  sex:
    column: s
    levels: {m: male}
  womac_stiffness_0_100:
    items:
      instrument: womac_stiffness
      columns: {stiffness_1: a, stiffness_2: b}
"""
CODES = """max_age_days: 90
patient:
  sex: gender
observations:
  weight_kg:
    max_age_days: 30
    codes: ['a|b']
"""
DICTIONARY = """age_years:
  label: age
  kind: number
  source: design
  hard: [18, 110]
lbp_any:
  label: back pain
  kind: category
  source: design
  levels: ["no", "yes"]
"""
# known: a key to misspell; section: what takes keys; required: a key to leave out.
KINDS = {
    "study": Kind(study_from_text, STUDY, "horizon_months", "tuning", "intended_use", "higher_is"),
    "published": Kind(
        published_from_text, PUBLISHED, "horizon_months", "source", "intended_use", "link"
    ),
    "mapping": Kind(mapping_from_text, MAPPING, "column", "format", "columns", "grain"),
    "codes": Kind(code_map_from_text, CODES, "max_age_days", "patient", "codes", "sex"),
    "dictionary": Kind(dictionary_from_text, DICTIONARY, "source", "lbp_any", "label", "kind"),
}
EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def refusal(kind, text):
    with pytest.raises(ConfigError, match=re.escape("file.yaml: ")) as caught:
        kind.read(text, name="file.yaml")
    assert caught.value.file == "file.yaml"
    return str(caught.value)


def line_of(text, key):
    return next(i for i, line in enumerate(text.splitlines(), 1) if line.strip().startswith(key))


def without(text, key):
    """The text without a key and what stands below it."""
    lines, kept = text.splitlines(), []
    depth = None
    for line in lines:
        own = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and own > depth:
            continue
        depth = None
        if line.strip().startswith(f"{key}:"):
            depth = own
            continue
        kept.append(line)
    return "\n".join(kept)


@EVERY
def test_the_correct_text_is_read(kind):
    assert kind.read(kind.text, name="file.yaml")


@EVERY
def test_an_unknown_key_has_its_line_and_the_nearest_one(kind):
    wrong = kind.known[:-1] + "xx"
    text = re.sub(rf"\b{kind.known}:", f"{wrong}:", kind.text, count=1)
    found = refusal(kind, text)
    line = next(i for i, one in enumerate(text.splitlines(), 1) if f"{wrong}:" in one)
    assert re.search(rf"{wrong} \(line {line}\): this key is not known", found)
    assert f"did you mean {kind.known}?" in found


@EVERY
def test_a_section_that_is_a_number_is_told_its_type(kind):
    text = without(kind.text, kind.section) + f"\n{kind.section}: 3\n"
    line = len(text.splitlines())
    expected = f"{kind.section} (line {line}): must be a section of keys and values"
    assert expected in refusal(kind, text)


@EVERY
def test_a_key_that_comes_twice_is_refused(kind):
    text = f"{kind.text}\n{kind.section}: {{}}\n"
    line = len(text.splitlines())
    assert f"line {line}: the key '{kind.section}' comes twice" in refusal(kind, text)


@EVERY
def test_an_alias_is_refused(kind):
    text = f"{kind.text}\nextra: &x 1\n"
    line = len(text.splitlines())
    assert f"line {line}: anchors and aliases are not allowed" in refusal(kind, text)


@EVERY
def test_a_bad_indent_is_refused(kind):
    text = f"{kind.text}\nnext:\n    a: 1\n  b: 2\n"
    assert re.search(r"line \d+: not YAML", refusal(kind, text))


@EVERY
def test_a_missing_key_is_required(kind):
    found = refusal(kind, without(kind.text, kind.required))
    assert re.search(rf"\b{kind.required}( \(line \d+\))?: this key is required", found)


@EVERY
def test_a_misspelt_value_has_the_values_and_the_nearest_one(kind):
    match = re.search(rf"\b{kind.choice}: (\w+)", kind.text)
    value = match[1]
    text = kind.text.replace(match[0], f"{kind.choice}: {value[:-1]}", 1)
    found = refusal(kind, text)
    assert re.search(rf"\b{kind.choice} \(line \d+\): must be one of '.*'{value}'", found) or (
        f"{kind.choice} (line" in found and f"must be one of '{value}'" in found
    )
    assert f"did you mean {value}?" in found


@EVERY
def test_a_list_in_place_of_keys_is_refused(kind):
    found = refusal(kind, "- 1\n")
    assert "must hold a mapping of keys to values" in found
    assert "name a YAML file: a line `key: value` for each setting" in found


def test_of_several_types_the_rule_of_the_one_that_fits_is_told():
    text = "families: {linear: {penalty: {low: 2, high: 1}}}"
    with pytest.raises(ConfigError, match=r"penalty \(line 1\): low must be smaller than high"):
        study_from_text(text)
    text = "families: {linear: {penalty: much}}"
    with pytest.raises(ConfigError, match="must be a number or a section of keys and values or a"):
        study_from_text(text)


@pytest.mark.parametrize(
    ("load", "what"),
    [(load_config, "config"), (load_mapping, "mapping"), (load_published, "model"),
     (load_code_map, "code map")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(load, what, tmp_path):
    with pytest.raises(StoreError, match=rf"absent\.yaml: the {what} cannot be read: No such file"):
        load(tmp_path / "absent.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(StoreError, match=rf"bytes\.yaml: the {what} cannot be read: .*not UTF-8"):
        load(tmp_path / "bytes.yaml")


@pytest.mark.parametrize(
    ("load", "text", "message"),
    [
        (mapping_from_text, "variables: {age_yers: a}", "'age_yers' (did you mean age_years?"),
        (mapping_from_text, "variables: {sex: {column: a, levels: {m: mal}}}",
         "'mal' is not a known level; known: female, male (did you mean male?)"),
        (code_map_from_text, "patient: {sexx: gender}", "'sexx' (did you mean sex?)"),
    ],
)  # fmt: skip
def test_a_misspelt_name_has_the_nearest_one(load, text, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(text)


DRAFT = """# Drafted by hiprisk init for x.csv. Every line with DECIDE needs a person
# word DECIDE by an answer beside it
grain: person  # DECIDE: person, or hip
variables:
  age_years: Alter
  sex:
    column: "undecided DECIDE"  # left as it is
    # DECIDE: 999: missing?
    missing: ["999"]
"""


def test_lines_that_a_draft_still_asks_about_are_known_to_whoever_loads_it():
    mapping = mapping_from_text(DRAFT, name="x.mapping.yaml")
    [found] = mapping.undecided
    assert str(found) == "2 lines of x.mapping.yaml are still marked DECIDE (lines 3, 8)"
    assert mapping_from_text("grain: person\n").undecided == ()


def test_of_many_lines_the_first_are_named():
    assert str(UndecidedLines("x.yaml", (4,))) == (
        "1 line of x.yaml is still marked DECIDE (line 4)"
    )
    assert str(UndecidedLines("x.yaml", tuple(range(1, 9)))) == (
        "8 lines of x.yaml are still marked DECIDE (lines 1, 2, 3, 4, 5, ...)"
    )


def test_a_mapping_knows_the_open_lines_of_the_dictionary_that_it_names(tmp_path):
    (tmp_path / "own.yaml").write_text(
        "grip:  # DECIDE: which unit?\n  label: Grip\n  kind: number\n"
    )
    (tmp_path / "m.yaml").write_text("dictionary: own.yaml  # DECIDE: right?\n")
    found = load_mapping(tmp_path / "m.yaml").undecided
    assert [(one.file, one.lines) for one in found] == [("m.yaml", (1,)), ("own.yaml", (1,))]


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        (
            "families.mine.parameters",
            "known here: estimator, fixed, search, standardise, benchmark",
        ),
        ("families.mine.serch", "did you mean search?"),
        ("families.mine.param", "known here: estimator"),
        ("families.linear.learning_rate", "known here: penalty"),
        ("families.lineer", "did you mean linear?"),
        ("families.owns", "known here: mean, linear, logistic, ordinal, boosting)"),
    ],
)
def test_only_keys_that_a_section_has_are_suggested(key, advice):
    mine = "families={linear: {}, mine: {estimator: sklearn.linear_model.Ridge}}"
    with pytest.raises(ConfigError, match=re.escape(f"{key}: this key is not known ({advice}")):
        small_study(mine, f"{key}={{}}")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("seed=true", "seed: must be a whole number"),
        ("tuning.trials=true", "tuning.trials: must be a whole number"),
        ("families.linear={penalty: true}", "families.linear.penalty: must be a number"),
        ("families.linear={l1_share: [0, true]}", "families.linear.l1_share.1: must be a number"),
        ("families.boosting={learning_rate: {low: 0.1, high: true}}",
         "families.boosting.learning_rate.high: must be a number"),
        ("families.boosting={learning_rate: 5}", "learning_rate: must be above 0 and at most 1"),
        ("derived={a: {label: a, op: ratio, of: [age_years, 0]}}", "a ratio is not divided by 0"),
    ],
)  # fmt: skip
def test_true_is_no_number_and_numbers_have_limits(setting, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        small_study(setting)


def test_a_setting_of_somebody_else_may_be_true():
    mine = "{estimator: sklearn.linear_model.Ridge, search: {fit_intercept: [true, false]}}"
    assert small_study(f"families={{linear: {{}}, mine: {mine}}}").families.own
