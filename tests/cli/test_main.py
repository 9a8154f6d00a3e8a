"""What `hiprisk` does around every command: output that cannot be written, signals, ASCII."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import hiprisk
from commands import run
from hiprisk import cli
from hiprisk.cli import COMMANDS, main

COMMAND = [sys.executable, "-m", "hiprisk"]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")


def environment(*, unbuffered=False, **more):
    chosen = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**chosen, **({"PYTHONUNBUFFERED": "1"} if unbuffered else {}), **more}


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_a_reader_who_leaves_is_no_error(argument, unbuffered):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [*COMMAND, argument], stdout=gone, stderr=subprocess.PIPE, text=True, check=False,
            env=environment(unbuffered=unbuffered),
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@needs_full
@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("arguments", [["--help"], ["models", "--json"], ["models"]])
def test_a_full_disk_under_the_output_is_5(arguments, unbuffered):
    with FULL.open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env=environment(unbuffered=unbuffered),
        )  # fmt: skip
    assert done.returncode == 5
    assert done.stderr == "hiprisk: error[IO]: No space left on device\n"


def test_output_that_ascii_cannot_hold_is_replaced():
    code = "import sys; from hiprisk.cli import main; main(['--version']); print('\\u00b0')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True,
        env=environment(PYTHONIOENCODING="ascii"),
    )  # fmt: skip
    assert done.stdout.endswith(b"?\n")


def test_a_hangup_that_is_ignored_stays_so(monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        main(["--version"])
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangup_heard")
@pytest.mark.parametrize(
    ("sent", "name"),
    [(signal.SIGINT, "int"), (signal.SIGTERM, "term"), (signal.SIGHUP, "hangup")],
)
def test_a_signal_ends_in_130_without_traceback(tmp_path, sent, name):
    ready = tmp_path / name
    code = (
        "import sys, time, pathlib, hiprisk.cli as cli\n"
        f"def wait(arguments):\n pathlib.Path({str(ready)!r}).touch(); time.sleep(60)\n"
        "cli._run = wait\nsys.exit(cli.main(['models']))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    while not ready.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(sent)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "\nhiprisk: interrupted\n"


def test_who_holds_the_keys_does_not_cut_the_leaving_short(tmp_path):
    code = (
        "import sys, time, pathlib, hiprisk.cli as cli\n"
        "def wait(arguments):\n"
        " try:\n"
        f"  pathlib.Path({str(tmp_path / 'ready')!r}).touch()\n"
        "  time.sleep(60)\n"
        " finally: time.sleep(0.5); print('left')\n"
        "cli._run = wait\nsys.exit(cli.main(['models']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "ready").exists() and process.poll() is None:
        time.sleep(0.02)
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "left\n", "\nhiprisk: interrupted\n")


def test_who_presses_again_later_is_heard():
    stop = cli._Stop()
    with pytest.raises(KeyboardInterrupt, match="SIGINT"):
        stop(signal.SIGINT, None)
    stop(signal.SIGINT, None)
    stop._since -= 6.0
    with pytest.raises(KeyboardInterrupt, match="SIGINT"):
        stop(signal.SIGINT, None)


def test_no_arguments_print_the_overview(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)
    assert "130 interrupted" in out


def test_version_is_the_packages(capsys):

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"hiprisk {hiprisk.__version__}\n"


def test_the_environment_is_set_before_numpy_is_imported(monkeypatch, capsys):
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    monkeypatch.delenv("OPENBLAS_THREAD_TIMEOUT", raising=False)
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    main(["--version"])
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["OMP_WAIT_POLICY"] == "active"
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == "10"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_help_lists_every_command_with_an_example(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(name in out for name in COMMANDS)
    assert "hiprisk predict stupar --age-years 63" in out


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_command_has_help_with_an_example(capsys, command):
    with pytest.raises(SystemExit, match=r"^0$"):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert "example:" in out
    assert "--json" in out


def test_an_unknown_command_names_the_closest(capsys):
    code, _, err = run(capsys, "predikt")
    assert code == 2
    assert err == "hiprisk: error[USAGE]: 'predikt' is no command (did you mean predict?)\n"


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"models", "demo"}))
def test_no_arguments_are_a_usage_error(capsys, command):
    code, _, err = run(capsys, command)
    assert code == 2
    assert err.startswith("hiprisk: error[USAGE]: ")
    assert err.count("\n") == 1


def test_a_refusal_is_json_on_stdout_too(capsys):
    code, out, err = run(capsys, "predict", "nothing", "--json")
    assert code == 4
    assert json.loads(out)["error"] == "NO_BUNDLE"
    assert "hiprisk: error[NO_BUNDLE]" in err


def test_a_defect_has_no_traceback_and_a_code_of_its_own(capsys, monkeypatch):
    monkeypatch.setattr("hiprisk.cli._run", lambda arguments: 1 / 0)
    code, _, err = run(capsys, "models")
    assert code == 1
    assert err.startswith("hiprisk: error[INTERNAL]: a defect of hiprisk (ZeroDivisionError)")


def _full_disk(arguments):
    raise OSError(28, "No space left on device")


def _no_memory(arguments):
    raise MemoryError


def _defect(arguments):
    raise ZeroDivisionError


@pytest.mark.parametrize(("failing", "expected"), [
    (_defect, ("INTERNAL", 1)),
    (_full_disk, ("IO", 5)),
    (_no_memory, ("MEMORY", 5)),
])  # fmt: skip
def test_the_exit_code_in_json_is_that_of_the_process(capsys, monkeypatch, failing, expected):
    monkeypatch.setattr("hiprisk.cli._run", failing)
    code, out, _ = run(capsys, "models", "--json")
    told = json.loads(out)
    assert (told["error"], told["exit_code"]) == expected
    assert code == told["exit_code"]


def test_ctrl_c_is_130(capsys, monkeypatch):
    def interrupt(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("hiprisk.cli._run", interrupt)
    assert run(capsys, "models")[0] == 130
