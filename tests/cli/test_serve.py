"""`glassviz serve`: where it listens, what it refuses, what the container files name; `glassviz users`."""

import argparse
import io
import re
import socket
import subprocess
import sys

import pytest

from glassviz.accounts import Accounts
from glassviz.cli import serve
from glassviz.cli.main import main
from tests.liquids import REPOSITORY
from tests.served import PROBE, Served


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("serve"), "--prefix", "glass", code=PROBE)
    yield server
    server.stop()


def parser():
    commands = argparse.ArgumentParser().add_subparsers()
    serve.add_parser(commands)
    return commands.choices["serve"]


def refused(capsys, *arguments):
    assert main(["serve", *arguments]) == 2
    return capsys.readouterr().err


def test_listens_on_this_machine_alone(server):
    """All loopback addresses lead to a server on all interfaces, only the first to one on 127.0.0.1."""
    assert socket.socket().connect_ex(("127.0.0.2", server.port)) != 0
    assert server.get("/glass/app").status_code == 200


def test_prefix_and_liveness(server):
    assert server.get("/glass/liveness").json() == {"/glass/liveness": True}
    assert server.get("/app").status_code == 404
    assert server.get("/glass/").headers["Location"] == "./app"
    assert server.seen("/glass/app") == ("owner", "-")


def test_wrong_options_are_named(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    monkeypatch.delenv("PANEL_OAUTH_SECRET", raising=False)
    assert "glassviz users add" in refused(capsys, "--auth", "basic")
    assert "port is 70000" in refused(capsys, "--port", "70000")
    assert "without * and /" in refused(capsys, "--allow-websocket-origin", "*")
    assert "is not a folder" in refused(capsys, "--data", str(tmp_path / "none"))
    oauth = ("--auth", "oauth", "--oauth-provider")
    assert "expected one of auth0" in refused(capsys, *oauth, "nobody")
    assert "needs --oauth-key" in refused(capsys, *oauth, "github")
    key = ("--oauth-key", "k", "--oauth-redirect-uri", "https://x/login")
    assert "PANEL_OAUTH_SECRET" in refused(capsys, *oauth, "github", *key)


def test_an_occupied_port_is_said_in_a_sentence(server, capsys):
    assert "Address already in use" in refused(capsys, "--port", str(server.port))


def test_passwords_are_no_arguments(tmp_path, capsys, monkeypatch):
    table = ["--users", str(tmp_path / "users.json")]
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\nmore\n"))
    assert main(["users", "add", "ann", "--role", "teacher", *table]) == 0
    assert main(["users", "add", "eve", "--oauth", "eve@example.org", *table]) == 0
    assert main(["users", "list", *table]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"ann +teacher +yes +-", shown)
    assert re.search(r"eve +student +no +eve@example.org", shown)
    assert "argon2" not in shown
    accounts = Accounts(table[1])
    assert accounts.verify("ann", "correct horse") is not None
    monkeypatch.setattr(sys, "stdin", io.StringIO("another horse\n"))
    assert main(["users", "password", "ann", *table]) == 0
    assert Accounts(table[1]).verify("ann", "another horse") is not None
    assert main(["users", "remove", "ann", *table]) == 0
    assert set(Accounts(table[1]).all()) == {"eve"}
    assert main(["users", "remove", "ann", *table]) == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["users", "add", "ben", *table]) == 2
    assert "has 5 characters" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["users", "add", "ben", "--password", "correct horse", *table])


# The container -------------------------------------------------------------------------------------------------------


def instructions(name="Dockerfile"):
    """(instruction, rest) of a Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n", " ", (REPOSITORY / name).read_text())
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def words(text):
    return re.findall(r'"([^"]+)"', text)


def test_dockerfile_names_what_there_is():
    found = instructions()
    known = dict(found)
    assert found[0] == ("FROM", "python:3.11-slim")
    for rest in (rest for kind, rest in found if kind == "COPY"):
        for path in rest.split()[:-1]:
            assert (REPOSITORY / path).exists(), path
            assert f"!{path}" in (REPOSITORY / ".dockerignore").read_text().splitlines()
    # Everything after USER runs without rights, and it is not root.
    kinds = [kind for kind, _ in found]
    assert "RUN" not in kinds[kinds.index("USER") :]
    assert known["USER"] != "root"
    torch = re.search(r'"(torch[^"]+)"', (REPOSITORY / "Dockerfile").read_text())[1]
    assert f'"{torch}"' in (REPOSITORY / "pyproject.toml").read_text()
    assert words(known["ENTRYPOINT"]) == ["glassviz"]
    arguments = parser().parse_args(words(known["CMD"])[1:])
    assert (arguments.address, arguments.auth) == ("0.0.0.0", "basic")
    assert str(arguments.port) == known["EXPOSE"]
    assert f":{arguments.port}/liveness" in known["HEALTHCHECK"]
    home = re.search(r"GLASSVIZ_HOME=(\S+)", known["ENV"])[1]
    assert home == known["VOLUME"]


def test_the_health_check_answers(tmp_path):
    server = Served(tmp_path, code=PROBE)
    try:
        check = next(rest for kind, rest in instructions() if kind == "HEALTHCHECK")
        code = words(check.partition("CMD")[2])[2].replace("5006", str(server.port))
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    finally:
        server.stop()
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode != 0


def test_compose_file_fits_the_image():
    yaml = pytest.importorskip("yaml")
    service = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())["services"]["glassviz"]
    command = [text.replace("${GLASSVIZ_HOST:-localhost:5006}", "localhost:5006") for text in service["command"]]
    arguments = parser().parse_args(command[1:])
    assert command[0] == "serve"
    assert arguments.auth == "basic"
    assert arguments.behind_proxy
    serve_port = service["ports"][0].split(":")
    assert serve_port == ["127.0.0.1", "5006", str(arguments.port)]
    home = re.search(r"GLASSVIZ_HOME=(\S+)", (REPOSITORY / "Dockerfile").read_text())[1]
    assert service["volumes"] == [f"results:{home}"]


def test_commands_in_the_documentation_are_accepted():
    text = (REPOSITORY / "docs" / "server.md").read_text().replace("\\\n", " ")
    found = [line.split("glassviz serve", 1)[1] for line in text.splitlines() if line.startswith("    ")
             and "glassviz serve" in line]  # fmt: skip
    assert len(found) >= 3
    for line in found:
        parser().parse_args(line.split())
