"""Addresses, folders, settings and secrets of the embedded services; nothing starts."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import environ
import pytest

from cs_platform.embedded import (
    broker_url,
    cache_url,
    data_folder,
    from_environment,
    persisted_secret,
    port_of,
    result_url,
    service_urls,
)
from cs_platform.embedded.folders import SHORT_FOLDER, SYSTEM_FOLDER, socket_folder
from cs_platform.embedded.tuning import Machine, as_configuration, settings_for
from cs_platform.embedded.urls import postgres_socket_url

GIGABYTE = 1024**3
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("redis_url", "broker", "results", "cache"),
    [
        (
            "unix:///run/r.sock",
            "redis+socket:///run/r.sock?virtual_host=0",
            "redis+socket:///run/r.sock?virtual_host=1",
            "unix:///run/r.sock?db=2",
        ),
        (
            "unix:///run/r.sock?db=30",
            "redis+socket:///run/r.sock?virtual_host=30",
            "redis+socket:///run/r.sock?virtual_host=31",
            "unix:///run/r.sock?db=32",
        ),
        (
            "redis://:secret@cache.example:6380",
            "redis://:secret@cache.example:6380/0",
            "redis://:secret@cache.example:6380/1",
            "redis://:secret@cache.example:6380/2",
        ),
        (
            "rediss://cache.example/3?ssl_cert_reqs=required",
            "rediss://cache.example/3?ssl_cert_reqs=required",
            "rediss://cache.example/4?ssl_cert_reqs=required",
            "rediss://cache.example/5?ssl_cert_reqs=required",
        ),
    ],
)
def test_three_databases_follow_from_one_redis_address(
    redis_url: str, broker: str, results: str, cache: str
) -> None:
    assert broker_url(redis_url) == broker
    assert result_url(redis_url) == results
    assert cache_url(redis_url) == cache


def test_the_socket_address_is_read_as_a_host_folder() -> None:
    url = postgres_socket_url(Path("/var/lib/x/run"), user="u", database="d")

    config = environ.Env.db_url_config(url)

    assert (config["HOST"], config["NAME"]) == ("/var/lib/x/run", "d")
    assert (config["USER"], config["PORT"]) == ("u", 5432)


def test_given_addresses_are_used_and_nothing_is_made(tmp_path: Path) -> None:
    env = {
        "DATABASE_URL": "postgres://db.example/cs",
        "REDIS_URL": "redis://cache.example",
        "CS_DATA_DIR": str(tmp_path / "data"),
    }

    urls = service_urls(env, base_dir=tmp_path)

    assert urls.database_url == "postgres://db.example/cs"
    assert urls.redis_url == "redis://cache.example"
    assert not urls.data_dir.exists()


def test_each_port_has_a_data_folder_of_its_own(tmp_path: Path) -> None:
    first = data_folder({}, base_dir=tmp_path)
    second = data_folder({"PORT": "8123"}, base_dir=tmp_path)

    assert (first.name, second.name) == ("8000", "8123")
    assert first.parent == second.parent


def test_checkouts_do_not_share_a_data_folder(tmp_path: Path) -> None:
    one = data_folder({}, base_dir=tmp_path / "one")
    two = data_folder({}, base_dir=tmp_path / "two")

    assert one != two


def test_data_of_root_lies_where_the_server_user_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert data_folder({}, base_dir=tmp_path).is_relative_to(SYSTEM_FOLDER)

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert data_folder({}, base_dir=tmp_path) == tmp_path / ".data" / "8000"


def test_tests_never_get_the_folder_of_a_demo(tmp_path: Path) -> None:
    env = {"PYTEST_VERSION": "9", "CS_DATA_DIR": str(tmp_path)}

    assert data_folder(env, base_dir=tmp_path) != tmp_path


@pytest.mark.parametrize("port", ["0", "65536", "-1", "web", "80 80"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="1 to 65535"):
        port_of({"PORT": port})


@pytest.mark.parametrize("env", [{"PORT": ""}, {"PORT": "", "CS_PORT": ""}])
def test_an_empty_port_is_the_default_one(env: dict[str, str], tmp_path: Path) -> None:
    assert port_of(env) == "8000"
    assert data_folder(env, base_dir=tmp_path).name == "8000"


@pytest.mark.parametrize(("port", "cookie"), [("", "cs_csrf_8000"), ("8123", "8123")])
def test_settings_take_an_empty_port_as_the_default_one(port: str, cookie: str) -> None:
    nowhere = {"DATABASE_URL": "postgres://unused", "REDIS_URL": "redis://unused"}
    env = os.environ | nowhere | {"SECRET_KEY": "unused", "PORT": port}
    code = "from cs_platform import settings; print(settings.CSRF_COOKIE_NAME)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env | {"CS_PORT": "", "PUBLIC_URL": "http://127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip().endswith(cookie)


@pytest.mark.parametrize(
    "folder", [Path("/data/" + "deep/" * 30), Path("/data/with space"), Path("/d%41")]
)
def test_sockets_move_to_a_short_plain_folder_when_needed(folder: Path) -> None:
    sockets = socket_folder(folder)

    assert sockets.is_relative_to(SHORT_FOLDER)
    assert len(str(sockets / ".s.PGSQL.5432")) <= 107
    assert sockets == socket_folder(folder), "every process must find the same"


def test_sockets_stay_inside_an_ordinary_folder() -> None:
    assert socket_folder(Path("/var/lib/x")) == Path("/var/lib/x/run")


def test_memory_settings_follow_the_machine_and_stay_bounded() -> None:
    small = Machine(memory=GIGABYTE, cores=1, shared_memory_free=0)
    large = Machine(memory=256 * GIGABYTE, cores=64, shared_memory_free=GIGABYTE * 9)

    on_small = settings_for(small, socket_folder="/run", test=False)
    on_large = settings_for(large, socket_folder="/run", test=False)

    assert on_small["shared_buffers"] == "256MB"
    assert on_small["max_parallel_workers_per_gather"] == "0"
    assert on_small["dynamic_shared_memory_type"] == "mmap"
    assert on_large["shared_buffers"] == "2048MB"
    assert on_large["work_mem"] == "32MB"
    assert on_large["dynamic_shared_memory_type"] == "posix"


def test_only_test_clusters_give_up_durability() -> None:
    machine = Machine(memory=GIGABYTE, cores=2, shared_memory_free=0)

    assert "fsync" not in settings_for(machine, socket_folder="/run", test=False)
    assert settings_for(machine, socket_folder="/run", test=True)["fsync"] == "off"


def test_configuration_values_are_quoted() -> None:
    assert "a = 'it''s'" in as_configuration({"a": "it's"})


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = persisted_secret(tmp_path, "secret_key")

    assert persisted_secret(tmp_path, "secret_key") == first
    assert persisted_secret(tmp_path, "other") != first
    assert len(first) == 50
    mode = (tmp_path / "secrets" / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://from-file\n")
    by_file = {"REDIS_URL_FILE": str(tmp_path / "url")}

    assert from_environment(by_file, "REDIS_URL") == "redis://from-file"
    assert from_environment({**by_file, "REDIS_URL": "x"}, "REDIS_URL") == "x"
    assert from_environment({}, "REDIS_URL") is None
