"""A page's commands and Python, run in its order in a folder of its own.

What takes long is not done at full size: ``train`` of a shipped config is planned, which checks it
as far as the first fit, and says what the kept bundle of `documentation.stupar` found; any other
study is trained with `QUICK`, ``compare`` and ``validate`` draw few resamples where no output is
shown.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import runpy
import shlex
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from documentation.blocks import ROOT, Block
from documentation.reasons import PROGRAMS, SERVICES
from hiprisk.cli import COMMANDS, main
from hiprisk.cli.show.output import metric_label
from hiprisk.cli.train import _figure
from hiprisk.metrics.estimate import Estimate
from hiprisk.wording.quantities import interval_digits

QUICK = ("tuning.trials=1", "validation.resamples=20", "validation.repeats=0",
         "tracking.enabled=false", "families.boosting=null", "imputation.imputations=2",
         "validation.interval_resamples=100", "validation.internal_external=false",
         "samplesize.simulations=20", "subgroups.resamples=50")  # fmt: skip
FEW = {"compare": ["--resamples", "20"], "validate": ["--resamples", "50"]}
FINE = (0, 6)  # some rows refused is an answer, too
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TRAIN_ONLY = {"--resume": 0, "--wait": 1, "--cluster": 1}


@dataclass
class PageRun:
    """What the blocks of a page leave to the next one."""

    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__page__"})
    printed: str = ""

    def bash(self, block: Block, *, shown: bool) -> None:
        """Run the commands of a block; `shown` says that the page has their output."""
        said = io.StringIO()
        for words in commands(block.text):
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = run_command(words, shown=shown)
            # Under --strict a warning is an answer, too.
            fine = (*FINE, 3) if "--strict" in words else FINE
            assert code in fine, (
                f"{block}: {shlex.join(words)} ended with {code}:\n{said.getvalue()[-900:]}"
            )
        self.printed = said.getvalue()

    def python(self, block: Block) -> None:
        """Run a block of Python after those before it."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            exec(compile("\n" * block.line + block.text, block.page, "exec"), self.names)
        self.printed = said.getvalue()


def commands(text: str) -> list[list[str]]:
    """The words of each command of a block; comments and empty lines are left out."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [words for line in joined.splitlines() if (words := shlex.split(line, comments=True))]


def run_command(words: list[str], *, shown: bool) -> int:
    """Run a command, or check as much of it as can be."""
    program = Path(words[0]).name
    if program == "hiprisk":
        return _hiprisk(words[1:], shown=shown)
    if program == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert set(words[1:]) <= set(targets), f"the Makefile lacks one of {words[1:]}"
    elif program == "pip":
        _check_extras(words)
    elif program.startswith("python") and words[1] == "-c":
        exec(words[2], {})
    elif program.startswith("python") and words[1].startswith("tests/"):
        runpy.run_path(str(ROOT / words[1]), run_name="__main__")
    else:
        assert _reason(words), f"a program that this test does not know: {shlex.join(words)}"
    return 0


def _reason(words: list[str]) -> str | None:
    """Why a program is not run."""
    return PROGRAMS.get(words[0].partition("=")[0] if "=" in words[0] else words[0])


def _check_extras(words: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in re.findall(r"\[([\w,]+)\]", " ".join(words)):
        unknown = set(extra.split(",")) - project["optional-dependencies"].keys()
        assert not unknown, f"no such extra: {unknown}"


def _hiprisk(words: list[str], *, shown: bool) -> int:
    command, *rest = words
    assert command in COMMANDS, f"no such command: {command}"
    if command in SERVICES:
        _check_options(command, rest)
        return 0
    if command == "train":
        return _train(rest)
    if not shown:
        rest = [*_smaller(command, rest), *FEW.get(command, [])]
    if command == "predict" and len(rest) == 1:
        # It asks question by question, which tests/cli/test_asking.py answers.
        return main(["sheet", "show", rest[0]])
    if command == "plan":
        rest = [*rest, "--untimed"]
    code = main([command, *rest])
    if command == "init":
        _answer_drafts()
    return code


def _answer_drafts() -> None:
    """Give the first answer where a draft asks for one, and confirm its guesses."""
    asked: dict[str, int] = {}

    def answer(found: re.Match[str]) -> str:
        """Codes of one variable mean its levels in turn."""
        levels = re.split(r"[,;] *", found[1])
        turn = asked.get(found[1], 0)
        asked[found[1]] = turn + 1
        return levels[turn % len(levels)]

    for draft in Path().glob("drafts/*.yaml"):
        text = draft.read_text(encoding="utf-8")
        text = re.sub(r"DECIDE  # one of: ([^;\n]+).*", answer, text)
        draft.write_text(re.sub(r"  # DECIDE.*", "", text), encoding="utf-8")


def _smaller(command: str, rest: list[str]) -> list[str]:
    """The command without its tracking, which takes MLflow seconds, on fewer simulated people."""
    rest = [word for word in rest if word != "--track"]
    simulated = rest[:1] in (["configs/stupar.yaml"], ["configs/stupar_hip_knee.yaml"])
    if command == "compare" and simulated and "--cohort" not in rest:
        rest += ["--set", "cohort.simulate.n=300"]
    return rest


def _check_options(command: str, rest: list[str]) -> None:
    offered = io.StringIO()
    with contextlib.redirect_stdout(offered), contextlib.suppress(SystemExit):
        main([command, "--help"])
    unknown = [word for word in rest if word.startswith("--") and word not in offered.getvalue()]
    assert not unknown, f"{command} has no {unknown}"


def _train(rest: list[str]) -> int:
    if not rest[0].startswith("configs/"):
        # A page that states its own resamples shows what they give.
        quick = () if any("validation.resamples" in word for word in rest) else QUICK
        # A second process takes longer to start than a small study has work for it.
        alone = () if "--workers" in rest else ("--workers", "1")
        return main(["train", *rest, *alone, *(word for one in quick for word in ("--set", one))])
    planned, skip = [], 0
    for word in rest:
        if skip:
            skip -= 1
        elif word in _TRAIN_ONLY:
            skip = _TRAIN_ONLY[word]
        else:
            planned.append(word)
    code = main(["plan", *planned, "--untimed"])
    if rest[0] == "configs/stupar.yaml":
        sys.stdout.write(_found(Path("models/stupar/1/evidence.json")))
    return code


def _found(evidence: Path) -> str:
    """Sentences and figures of a study, as its evidence has them and `train` prints them."""
    found = json.loads(evidence.read_text(encoding="utf-8"))
    apparent = {one["name"]: Estimate(**one) for one in found["apparent"]}
    of_metrics = found["optimism"]["metrics"]
    rows = ["metric optimism-corrected (95 % CI) optimism apparent (95 % CI)"]
    for name in sorted(of_metrics, key=lambda name: name != "r2"):
        row = of_metrics[name]
        corrected = Estimate(name=name, **row["corrected"])
        digits = interval_digits(corrected)
        figures = (
            _figure(corrected.value, corrected, digits),
            f"{row['optimism']:+z.{digits}f}",
            _figure(row["apparent"], apparent.get(name), digits),
        )
        rows.append(" ".join([metric_label(name), *figures]))
    return "\n".join([*found["summary"], *rows]) + "\n"


def compare_shown(block: Block, printed: str) -> None:
    """Hold the lines that a page shows against what was printed, in their order.

    Line ends and widths of columns may differ, and numbers in their last digit. ``...`` stands for
    anything, in a line or in its place.
    """
    rest = " ".join(printed.split())
    for line in block.text.splitlines():
        for part in line.split("..."):
            wanted = " ".join(part.split())
            if wanted:
                rest = _after(block, wanted, rest)


def _after(block: Block, wanted: str, rest: str) -> str:
    place = rest.find(wanted)
    if place >= 0:
        return rest[place + len(wanted) :]
    pattern = r"\d+(?:\.\d+)?".join(map(re.escape, _NUMBER.split(wanted)))
    for found in re.finditer(pattern, rest):
        if _same(_NUMBER.findall(wanted), _NUMBER.findall(found[0])):
            return rest[found.end() :]
    raise AssertionError(f"{block}\nnot printed (any more): {wanted}\nbut: {rest[:1500]}")


def _same(shown: list[str], printed: list[str]) -> bool:
    return all(
        float(mine) == pytest.approx(float(there), rel=0.002, abs=0.0015)
        for mine, there in zip(shown, printed, strict=True)
    )
