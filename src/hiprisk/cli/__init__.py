"""The command line: one module a command, imported only when it is called."""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from hiprisk.errors import ConfigError, DefectError, ExitCode, HipRiskError, StoreError
from hiprisk.processes.garbage import leave_memory_to_system

# Command: module below hiprisk.cli, and what it does in a line.
COMMANDS: dict[str, str] = {
    "plan": "check a study and say what it will fit, and how long it takes",
    "train": "run a study: tune, fit, validate, write a bundle, track",
    "rebuild": "train a bundle's study again, and compare the hashes",
    "associate": "the adjusted effect of the declared exposure",
    "compare": "estimate what blocks of predictors add, with a verdict",
    "score": "score a cohort file: every row comes back, in order",
    "predict": "predict one patient",
    "serve": "serve a model: REST, CDS Hooks, FHIR, the calculator page",
    "report": "write a study's report as HTML or PDF",
    "calculator": "write a calculator page: one HTML file, no network",
    "testpack": "verify another implementation of a model (conformance test)",
    "template": "write an empty data file for a model, with units and ranges",
    "models": "list bundles",
    "sign": "sign a bundle, or make the keys for it",
    "track": "log a bundle to MLflow, for instance one whose server was down",
    "check": "check a cohort file and list what is wrong with it",
    "join": "join files of one cohort by person",
    "init": "draft a mapping and a study config for an unknown file",
    "samplesize": "sample size of a study, and the expected instability of its model",
    "simulate": "write a simulated cohort with known parameters",
    "sheet": "write a published model down, or print a model in full",
    "validate": "external validation of a model, or of predictions in a file",
    "update": "recalibrate or re-estimate a model on a new cohort",
    "drift": "monitor predictors, predictions and calibration of a model in use",
    "demo": "train on a simulated cohort, score a file, predict one patient",
}

# By keys, by a supervisor, and by a terminal that is closed.
_ENDING = (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()))
_SECONDS_TO_LEAVE = 5.0

EXIT_CODES = """exit codes:
  0 done              4 bundle refused
  1 a defect          5 file, disk or store
  2 usage or config   6 scored, some rows refused
  3 input refused     130 interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _prepare_environment()
    code = _guarded(list(sys.argv[1:] if argv is None else argv))
    if argv is None:
        if code == ExitCode.INTERRUPTED:
            # Nor get another code.
            for number in _ENDING:
                signal.signal(number, signal.SIG_IGN)
        leave_memory_to_system()
    return code


def _prepare_environment() -> None:
    """Settings that must stand before numpy and MLflow are imported."""
    for name, value in (
        ("MLFLOW_DISABLE_TELEMETRY", "true"),
        ("OMP_WAIT_POLICY", "passive"),
        # Threads of NumPy's linear algebra sleep after 2**10 cycles without work, not 2**26.
        ("OPENBLAS_THREAD_TIMEOUT", "10"),
        ("MLFLOW_LOGGING_LEVEL", "WARNING"),
    ):
        os.environ.setdefault(name, value)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    stop = _Stop()
    try:
        for number in _ENDING:
            # What `nohup` has ignored stays so.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, stop)
    except ValueError:  # not the main thread: the caller handles its own signals
        return


class _Stop:
    """Ends a command once: who presses twice, or holds the keys, must not cut the leaving short."""

    def __init__(self) -> None:
        self._since: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del frame
        now = time.monotonic()
        if self._since is None or now - self._since > _SECONDS_TO_LEAVE:
            self._since = now
            raise KeyboardInterrupt(signal.Signals(number).name)


def _print_overview() -> int:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {line}" for name, line in COMMANDS.items()]
    sys.stdout.write(
        "usage: hiprisk COMMAND ...\n\n"
        "Clinical prediction models of later hip pain and function.\n"
        "For research and education; not a medical device.\n\n"
        "commands:\n" + "\n".join(lines) + "\n\n"
        "example:\n"
        "  hiprisk train configs/stupar.yaml\n"
        "  hiprisk predict stupar --age-years 63 --sex female --womac-function-0-100 45\n\n"
        f"{EXIT_CODES}\n\n"
        "hiprisk COMMAND --help gives details.\n"
    )
    return ExitCode.DONE


def _print_version() -> int:
    sys.stdout.write(f"hiprisk {_installed_version()}\n")
    return ExitCode.DONE


def _installed_version() -> str:
    """The version by the folder that `importlib.metadata` reads, whose import takes longer."""
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder) if os.access(folder, os.R_OK) else ():
            if name.startswith("hiprisk-") and name.endswith(".dist-info"):
                return name.removeprefix("hiprisk-").removesuffix(".dist-info")
    from importlib import metadata

    return metadata.version("hiprisk")


def _guarded(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        return _run_and_flush(arguments)
    except HipRiskError as refusal:
        return _report(refusal, as_json=as_json)
    except KeyboardInterrupt:
        sys.stderr.write("\nhiprisk: interrupted\n")
        return ExitCode.INTERRUPTED
    except MemoryError:
        short = StoreError(
            "there is not enough memory",
            code="MEMORY",
            advice="close other programs, use fewer --workers, or a machine with more",
        )
        return _report(short, as_json=as_json)
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        _settle_stdout()
        return ExitCode.DONE
    except OSError as problem:
        _settle_stdout()
        reason = problem.strerror or "the system refused"
        return _report(StoreError(reason), as_json=as_json)
    except Exception as defect:
        if os.environ.get("HIPRISK_DEBUG") == "1":
            raise
        reason = f"a defect of hiprisk ({type(defect).__name__})"
        advice = "set HIPRISK_DEBUG=1 to see where, and report it"
        return _report(DefectError(reason, advice=advice), as_json=as_json)


def _report(refusal: HipRiskError, *, as_json: bool) -> int:
    """Say what was refused; the exit code is the refusal's own, here and in JSON."""
    from hiprisk.cli.show.output import note

    note(f"hiprisk: error[{refusal.code}]: {refusal}", "error")
    if as_json:
        _settle_stdout(json.dumps(refusal.to_dict(), ensure_ascii=False) + "\n")
    return int(refusal.exit_code)


def _settle_stdout(text: str = "") -> None:
    """Write what is left; if it cannot be written, let it go, or Python complains at exit."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run_and_flush(arguments: list[str]) -> int:
    """Run a command; a reader who left or a full disk shows here, not when Python exits."""
    try:
        return _run(arguments)
    finally:
        sys.stdout.flush()


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        return _print_overview()
    if arguments[0] == "--version":
        return _print_version()
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        import difflib

        close = difflib.get_close_matches(name, COMMANDS, n=1)
        raise ConfigError(
            f"'{name}' is no command",
            code="USAGE",
            advice=f"did you mean {close[0]}?" if close else "hiprisk --help lists them",
        )
    module = importlib.import_module(f"hiprisk.cli.{name}")
    return int(module.run(rest))
