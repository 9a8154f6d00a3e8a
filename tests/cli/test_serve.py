"""``hiprisk serve`` as a process: where it listens, what it prints and refuses, how it stops."""

import http.client
import json
import signal
import socket

import pytest

from hiprisk.cli import main
from running_service import serving
from small_bundle import write_small_bundle

pytest.importorskip("fastapi")

TOKEN = "a-secret-of-some-length"
PATIENT = b'{"age_years": 63, "womac_function_0_100": 45}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_small_bundle(tmp_path_factory.mktemp("models"))


def ask(address, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_service_answers_and_stops_when_told(bundle, sign):
    with serving(bundle, "--log-requests") as (process, told):
        assert told["address"].startswith("http://127.0.0.1:")
        assert told["token"] is False
        status, body = ask(told["address"], "POST", "/predict", PATIENT, JSON)
        assert status == 200
        assert json.loads(body)["bundle_sha256"] == told["bundle_sha256"]
        assert ask(told["address"], "GET", "/Jane?name=Roe")[0] == 404
        assert ask(told["address"], "HEAD", "/health") == (200, b"")
        process.send_signal(sign)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    lines = err.splitlines()
    assert lines[0].startswith("hiprisk: SIMULATED DATA")
    assert lines[1].startswith("hiprisk: POST /predict 200 ")
    assert lines[2].startswith("hiprisk: GET (no route) 404 ")
    assert lines[3].startswith("hiprisk: HEAD /health 200 ")
    assert lines[4:] == ["hiprisk: stopped"]


def test_the_token_of_the_environment_is_asked_for(bundle):
    with serving(bundle, HIPRISK_TOKEN=TOKEN) as (process, told):
        assert told["token"] is True
        assert ask(told["address"], "POST", "/predict", PATIENT, JSON)[0] == 401
        right = {**JSON, "Authorization": f"Bearer {TOKEN}"}
        assert ask(told["address"], "POST", "/predict", PATIENT, right)[0] == 200
        assert ask(told["address"], "GET", "/health", None, {"Host": "evil.example"})[0] == 400
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert TOKEN not in err


def refused(capsys, *arguments):
    """Exit code and the line on stderr."""
    code = main(["serve", *map(str, arguments)])
    (line,) = capsys.readouterr().err.splitlines()
    return code, line


def test_others_are_not_served_without_a_token(bundle, capsys, monkeypatch):
    monkeypatch.delenv("HIPRISK_TOKEN", raising=False)
    code, line = refused(capsys, bundle, "--host", "0.0.0.0")
    assert code == 2
    assert line == (
        "hiprisk: error[NO_TOKEN]: the service would be open to other machines, and HIPRISK_TOKEN "
        "is not set (set HIPRISK_TOKEN to a secret of at least 16 characters, or serve on "
        "127.0.0.1)"
    )


def test_a_port_that_is_taken_is_said(bundle, capsys, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code = main(["serve", str(bundle), "--port", str(taken.getsockname()[1])])
    assert code == 5
    assert not [line for line in caplog.records if "Errno" in line.getMessage()]
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == (
        "hiprisk: error[IO]: the address cannot be listened on (name a free --port or another "
        "--host)"
    )


@pytest.mark.parametrize(
    ("options", "code", "match"),
    [
        (["--port", "70000"], 2, "must be 0 to 65535"),
        (["--rate", "-1"], 2, "must be 0 or more"),
        (["--burst", "0"], 2, "must be at least 1"),
        (["--cors-origin", "*"], 2, "must be scheme://host"),
        (["--tls-cert", "x"], 2, "--tls-cert and --tls-key go together"),
        (["--tls-cert", "x.pem", "--tls-key", "y.pem"], 2, "x.pem: there is no such file"),
        (["--fhir-codes", "nowhere.yaml"], 5, "nowhere.yaml: the code map cannot be read"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(bundle, capsys, options, code, match):
    got, line = refused(capsys, bundle, *options)
    assert got == code
    assert match in line


def test_no_bundle_no_service(tmp_path, capsys):
    code, line = refused(capsys, tmp_path)
    assert code == 4
    assert "there is no bundle here" in line


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["serve", "--help"])
    assert "hiprisk serve stupar" in capsys.readouterr().out
