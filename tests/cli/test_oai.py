"""OAI from its files to an answer, by the commands of its how-to and nothing else."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from hiprisk.cli import main
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.reading import read_cohort
from hiprisk.yaml_strict import parse_yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "oai.md").read_text(encoding="utf-8")
MISSING = (".: Missing Form/Incomplete Workbook", ".A: Not Expected", ".M: Missing", ".V: Missing",
           ".T: Technical problems", ".", "")  # fmt: skip
N_PEOPLE = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of simulated people in OAI's format: no person of the cohort is among them."""
    folder = tmp_path_factory.mktemp("oai")
    rng = np.random.default_rng(5)
    function = np.round(rng.gamma(1.4, 9.0, N_PEOPLE).clip(0, 68))
    later = np.round((0.7 * function + 2 + rng.normal(0, 6, N_PEOPLE)).clip(0, 68))

    def column(values, share=0.08):
        return [rng.choice(MISSING) if rng.random() < share else str(v) for v in values]

    def write(name, header, *columns):
        ids = range(9100001, 9100001 + N_PEOPLE)
        lines = ("|".join(map(str, row)) for row in zip(ids, *columns, strict=True))
        (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")

    age, sex = rng.integers(45, 80, N_PEOPLE), rng.integers(0, 2, N_PEOPLE)
    back = [("0: No", "1: Yes")[n] for n in rng.integers(0, 2, N_PEOPLE)]
    often = [f"{n}: label" for n in rng.integers(0, 4, N_PEOPLE)]
    pain, later_pain = (np.round(values * 0.29).astype(int) for values in (function, later))
    write("AllClinical00.txt", "ID|V00AGE|P01BP30|P01BP30OFT|V00WOMKPR|V00WOMADLR",
          age, column(back), column(often), column(pain), column(function))  # fmt: skip
    write("AllClinical06.txt", "id|v06womkpr|v06womadlr", column(later_pain), column(later))
    write("SubjectChar00.txt", "ID|P01BMI", column(np.round(rng.normal(28, 4, N_PEOPLE), 1)))
    write("Enrollees.txt", "ID|P02SEX", [("1: Male", "2: Female")[n] for n in sex])
    return folder


def commands():
    lines = [line.strip() for line in PAGE.splitlines() if line.startswith("hiprisk ")]
    return [shlex.split(line.replace("configs/", f"{ROOT}/configs/"))[1:] for line in lines]


def test_the_commands_of_the_how_to_lead_from_the_files_to_an_answer(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    join, check, associate = commands()
    assert main(join) == 0
    assert main(check) == 0
    assert "0 error(s), 0 warning(s)" in capsys.readouterr().out
    assert main(associate) == 0
    assert "Adjusted for the confounders and the baseline score" in capsys.readouterr().out


def test_the_own_variable_of_the_how_to_is_read(folder, monkeypatch):
    monkeypatch.chdir(folder)
    blocks = [block.partition("```")[0] for block in PAGE.split("```yaml\n")[1:]]
    (folder / "my_variables.yaml").write_text(blocks[0], encoding="utf-8")
    (folder / "m.yaml").write_text(
        f"ignore_case: true\nformat: {{labelled_codes: true}}\n{blocks[1]}", encoding="utf-8"
    )
    frame = read_cohort("AllClinical00.txt", load_mapping(folder / "m.yaml")).frame
    assert set(frame["back_pain_frequency"].dropna()) == {
        "rarely", "some_of_the_time", "most_of_the_time", "all_of_the_time",
    }  # fmt: skip
    assert 1 <= frame["back_pain_frequency"].isna().sum() < 30


def test_the_mapping_of_the_left_knee_is_that_of_the_right_with_its_columns():
    def sources(side):
        path = ROOT / "configs" / "cohorts" / f"oai_{side}_knee.yaml"
        return parse_yaml(path.read_text(encoding="utf-8"), name=side)[0]

    right, left = sources("right"), sources("left")
    for name, source in right["variables"].items():
        if isinstance(source, dict) and "WOM" in source.get("column", ""):
            source["column"] = source["column"].removesuffix("R") + "L"
        assert left["variables"][name] == source
    assert left == right
