"""The runner with small stand-in programs, and once with the whole platform."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cs_platform import runner
from cs_platform.demo.organisation import SIGN_INS
from cs_platform.embedded import lifetime

ROOT = Path(__file__).resolve().parent.parent.parent


def service(tmp_path: Path, code: str) -> runner.Service:
    return runner.Service(
        "stand-in", [sys.executable, "-c", code], tmp_path / "stand-in.log"
    )


def wait_until_ended(stand_in: runner.Service) -> None:
    assert stand_in.process
    stand_in.process.wait(timeout=30)


def test_a_process_that_ends_is_started_again_a_few_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in = service(tmp_path, "print('no room on the disk'); raise SystemExit(7)")
    runner.start_all([stand_in])

    for _ in range(runner.RESTARTS):
        wait_until_ended(stand_in)
        runner.keep_running([stand_in])
    wait_until_ended(stand_in)
    with pytest.raises(runner.DemoFailed) as refusal:
        runner.keep_running([stand_in])

    assert "exit code 7" in str(refusal.value)
    assert "no room on the disk" in str(refusal.value), "the log says why"
    assert capsys.readouterr().out.count("starting it again") == runner.RESTARTS


def test_stopping_ends_a_process_and_everything_it_started(tmp_path: Path) -> None:
    stand_in = service(
        tmp_path,
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '300'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(300)",
    )
    stand_in.start(os.environ)
    while not stand_in.log.read_text():
        time.sleep(0.05)
    grandchild = int(stand_in.log.read_text())

    stand_in.stop()

    assert stand_in.has_ended()
    deadline = time.monotonic() + 10
    while lifetime.command_line(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_does_not_listen_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "STOP_PATIENCE_SECONDS", 0.2)
    stand_in = service(
        tmp_path,
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(300)",
    )
    stand_in.start(os.environ)
    while not stand_in.log.read_text():
        time.sleep(0.05)

    stand_in.stop()

    assert stand_in.has_ended()


def test_a_taken_port_is_refused_with_another_proposed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "PORT_PATIENCE_SECONDS", 0.0)
    with socket.socket() as taken:
        taken.bind((runner.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(runner.DemoFailed, match=f"PORT={port + 1}"):
            runner.check_port_is_free(port)

    runner.check_port_is_free(port)


def test_the_port_decides_folder_and_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"SOMETHING": "else"}
    monkeypatch.setattr(os, "environ", env)

    runner.prepare_environment(["--port", "8123"])

    assert env["PORT"] == env["CS_PORT"] == "8123"
    assert env["CS_DATA_DIR"].endswith("/8123")
    assert env["PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert "SECRET_KEY" not in env, "settings keep one in the data folder"


def test_an_empty_port_starts_the_demo_on_the_default_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env = {"PORT": "", "CS_PORT": ""}
    monkeypatch.setattr(os, "environ", env)

    runner.prepare_environment([])

    assert env["PORT"] == env["CS_PORT"] == "8000"
    assert env["PUBLIC_URL"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize(("given", "port"), [("PORT=", 8000), ("PORT=8123", 8123)])
def test_make_takes_an_empty_port_as_the_default_one(given: str, port: int) -> None:
    for target, words in (("demo", f"PORT={port} "), ("screenshots", f":{port}")):
        command = ["make", "--dry-run", "--no-print-directory", target, given]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert words in said.stdout


def test_a_demo_on_a_given_database_keeps_a_secret_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"DATABASE_URL": "postgres://db/cs", "CS_DATA_DIR": str(tmp_path)}
    monkeypatch.setattr(os, "environ", env)

    runner.prepare_environment([])

    assert env["SECRET_KEY"] == (tmp_path / "secrets/secret_key").read_text().strip()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="cs_platform-demo-"))
    yield folder
    shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((runner.HOST, 0))
        return int(probe.getsockname()[1])


def start_demo(data_dir: Path, port: int) -> subprocess.Popen[str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "CS_", "DJANGO", "COVERAGE"))
    }
    env |= {"CS_DATA_DIR": str(data_dir), "DEMO_PASSWORD": "demo-password-1"}
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    return subprocess.Popen(
        [*command, "--accounts", "4", "--months", "2"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(seen)


def status_of(port: int, path: str) -> int:
    connection = HTTPConnection(runner.HOST, port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def processes_of(data_dir: Path) -> list[str]:
    return [
        command
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
        and str(data_dir) in (command := lifetime.command_line(int(entry.name)))
    ]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
def test_a_demo_starts_refuses_a_second_one_keeps_its_data_and_leaves_nothing(
    data_dir: Path,
) -> None:
    port = free_port()
    demo = start_demo(data_dir, port)
    said = read_until(demo, "Ctrl-C stops everything")
    assert f"Ready on http://127.0.0.1:{port}" in said
    assert "demo-password-1" in said
    assert all(f"{name}@example.com" in said for name in SIGN_INS)
    assert status_of(port, "/readyz") == 200

    second = start_demo(data_dir, free_port())
    refusal, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"process {demo.pid} on port {port}" in refusal

    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)
    assert "the data is kept" in rest
    assert processes_of(data_dir) == []

    again = start_demo(data_dir, port)
    said = read_until(again, "Ctrl-C stops everything")
    assert "Making an organisation" not in said
    again.kill()
    again.communicate()
    deadline = time.monotonic() + 40
    while processes_of(data_dir):
        assert time.monotonic() < deadline, processes_of(data_dir)
        time.sleep(0.2)
