"""configs/cluster: files that a person copies are well-formed, agree, and hold no secret."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "configs" / "cluster"
MANIFESTS = sorted((FOLDER / "kubernetes").glob("*.yaml"))
STARTED = ("scheduler", "worker")
KINDS = {"Deployment", "StatefulSet", "Job"}


def documents(paths=MANIFESTS):
    return [one for path in paths for one in yaml.safe_load_all(path.read_text("utf-8"))]


def pods():
    return {
        one["metadata"]["name"]: one["spec"]["template"]
        for one in documents()
        if one["kind"] in KINDS
    }


def test_every_manifest_says_what_it_is():
    assert len(MANIFESTS) == 5
    for one in documents():
        assert {"apiVersion", "kind", "metadata"} <= set(one)
    names = [(one["kind"], one["metadata"]["name"]) for one in documents()]
    assert len(names) == len(set(names))


def test_services_and_deployments_select_their_own_pods():
    labels = [pod["metadata"]["labels"] for pod in pods().values()]
    for one in documents():
        if one["kind"] == "Service":
            assert one["spec"]["selector"] in labels
        if one["kind"] in {"Deployment", "StatefulSet"}:
            found = one["spec"]["template"]["metadata"]["labels"]
            assert one["spec"]["selector"]["matchLabels"] == found
    assert all(found["app"] == "hiprisk" for found in labels)


@pytest.mark.parametrize("name", list(pods()))
def test_a_pod_runs_a_pinned_image_with_the_least_rights(name):
    spec = pods()[name]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    volumes = {one["name"] for one in spec["volumes"]} | {"data"}
    for container in spec["containers"]:
        assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"])
        least = container["securityContext"]
        assert (least["allowPrivilegeEscalation"], least["readOnlyRootFilesystem"]) == (False, True)
        assert least["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert {one["name"] for one in container["volumeMounts"]} <= volumes


def test_every_address_is_that_of_a_service_and_its_port():
    ports = {
        (one["metadata"]["name"], port["port"])
        for one in documents()
        if one["kind"] == "Service"
        for port in one["spec"]["ports"]
    }
    text = "\n".join(path.read_text("utf-8") for path in MANIFESTS)
    named = re.findall(r"(?:tls|http)://(hiprisk-\w+):(\d+)", text)
    assert {(name, int(port)) for name, port in named} <= ports
    databases = set(re.findall(r"@(hiprisk-postgres)/(\w+)", text))
    assert databases == {
        ("hiprisk-postgres", "hiprisk_mlflow"),
        ("hiprisk-postgres", "hiprisk_tuning"),
    }
    for _, database in databases:
        assert database in (FOLDER / "postgres.sql").read_text("utf-8")


def test_no_file_holds_a_password():
    for path in FOLDER.rglob("*.*"):
        text = path.read_text("utf-8")
        assert not re.search(r"://[^/\s\"]*:[^/\s\"@]+@", text), path
        assert not re.search(r"(?i)password['\"]?:\s*['\"]?\w+$", text, re.MULTILINE), path


def test_dask_is_encrypted_and_shows_no_pages():
    (settings,) = documents([FOLDER / "dask-tls.yaml"])
    comm = settings["distributed"]["comm"]
    assert comm["require-encryption"] is True
    assert set(comm["tls"]) == {"ca-file", "scheduler", "worker", "client"}
    assert settings["distributed"]["scheduler"]["http"]["routes"] == []


@pytest.mark.parametrize("script", ["start.sh", "stop.sh"])
def test_scripts_are_bash_that_parses(script):
    path = FOLDER / "ssh" / script
    assert path.stat().st_mode & 0o111
    subprocess.run([shutil.which("bash"), "-n", path], check=True)


def test_the_study_of_the_manifest_is_a_command_that_parses(capsys):
    from hiprisk.cli import main

    command = pods()["hiprisk-train"]["spec"]["containers"][0]["command"]
    assert command[:2] == ["hiprisk", "train"]
    # A config that is not there is all that is wrong with it.
    assert main(command[1:]) in (2, 5)
    assert "unrecognized" not in capsys.readouterr().err


def test_what_start_starts_stop_ends(tmp_path):
    # In the place of ssh a shell of this machine, in that of dask a process that waits.
    home, programs = tmp_path / "home", tmp_path / "programs"
    dask = home / "hiprisk/.venv/bin/dask"
    for path, text in (
        (programs / "ssh", 'shift 2; shift; exec bash -c "$1"'),
        (dask, 'echo "$OMP_NUM_THREADS $@" >> ~/hiprisk/said; exec sleep 60'),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/usr/bin/env bash\n{text}\n")
        path.chmod(0o755)
    environment = {"HOME": str(home), "PATH": f"{programs}:/usr/bin:/bin"}
    for script in ("start.sh", "stop.sh"):
        done = subprocess.run(
            [FOLDER / "ssh" / script, "first", "second"], env=environment, capture_output=True,
            text=True, check=True, timeout=30,
        )  # fmt: skip
        if script == "start.sh":
            assert "--cluster tls://first:8786" in done.stdout
            deadline = time.monotonic() + 10
            while not (home / "hiprisk/said").exists() or len(said(home)) < 2:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            numbers = [(home / f"hiprisk/{one}.pid").read_text().strip() for one in STARTED]
    assert said(home)[0].startswith("1 scheduler --host tls://0.0.0.0:8786 ")
    assert said(home)[1].startswith("1 worker tls://first:8786 --nworkers auto --nthreads 1 ")
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{number}").exists() for number in numbers):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not list((home / "hiprisk").glob("*.pid"))


def said(home):
    return sorted((home / "hiprisk/said").read_text().splitlines())
