"""`glassviz serve --processes`: each page's traffic reaches the process that made it."""

import base64
import json
import os
import re
import signal
import socket
import time
from contextlib import ExitStack, suppress

import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id, get_token_payload
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from glassviz.cli.main import main
from glassviz.cli.processes import process_of
from tests.served import PROBE, Served, in_own_loop, read_message, write_message

SECRET = b"sessions 1"
DEEP = base64.urlsafe_b64encode(b"[" * 20_000).decode()


def token(payload, secret=SECRET):
    return generate_jwt_token(generate_session_id(secret, True), secret, True, payload)


def head(value):
    return f"GET /app/ws HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Protocol: {value}\r\n\r\n".encode()


def test_the_process_is_that_of_a_token_of_this_server():
    assert process_of(head(f"bokeh, {token({'process': 3})}"), SECRET) == 3
    assert process_of(head(f"bokeh, {token({})}"), SECRET) is None
    assert process_of(b"GET /app HTTP/1.1\r\nHost: x\r\n\r\n", SECRET) is None
    foreign = token({"process": 3}, b"another")
    assert process_of(head(f"bokeh, {foreign}"), SECRET) is None


@pytest.mark.parametrize(
    "value", ["bokeh", "bokeh, x", "bokeh, x.y", "", ",", "bokeh, é.é", "bokeh, e30.x", f"bokeh, {DEEP}.x"]
)
def test_what_is_no_token_is_dealt_out_in_turn(value):
    assert process_of(head(value), SECRET) is None


@pytest.mark.parametrize("process", [-1, "1", None, 1.5, []])
def test_a_token_that_names_no_process_is_dealt_out_in_turn(process):
    assert process_of(head(f"bokeh, {token({'process': process})}"), SECRET) is None


def test_a_wrong_number_is_named(capsys):
    assert main(["serve", "--processes", "0"]) == 2
    assert "processes is 0, expected 1..64" in capsys.readouterr().err


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    # A process that ends soon after its start is begun anew here, too, and few connections may be silent.
    code = f"import glassviz.cli.processes as p; p.SHORTEST_LIFE, p.MOST, p.WHOLE = 0, 4, 3; {PROBE}"
    server = Served(tmp_path_factory.mktemp("processes"), "--processes", "2", code=code)
    yield server
    server.stop()


def children(server):
    own = server.process.pid
    with open(f"/proc/{own}/task/{own}/children") as file:
        return [int(number) for number in file.read().split()]


async def document_of(server, page):
    """What the server sends through the WebSocket of a page."""
    address = f"127.0.0.1:{server.port}"
    request = HTTPRequest(f"ws://{address}/app/ws", headers={"Origin": f"http://{address}"})
    connection = await websocket_connect(request, subprotocols=["bokeh", page["token"]])
    try:
        await read_message(connection)
        await write_message(connection, 1, "PULL-DOC-REQ", {})
        kind, content = await read_message(connection)
        while kind != "PULL-DOC-REPLY":
            kind, content = await read_message(connection)
        return content["doc"]
    finally:
        connection.close()


def page_of(server):
    """{"token", "roots"} that a page bears."""
    text = server.get("/app").text
    found = re.search(r'"token":"([^"]+)","roots":(\{[^}]*\})', text)
    return {"token": found[1], "roots": set(json.loads(found[2]))}


def test_each_page_finds_its_document_again(server):
    pages = [page_of(server) for _ in range(6)]
    made_by = [get_token_payload(page["token"])["process"] for page in pages]
    assert sorted(made_by) == [0, 0, 0, 1, 1, 1]
    for page in pages:
        document = in_own_loop(document_of(server, page))
        assert page["roots"] == {root["id"] for root in document["roots"]}


def test_who_is_at_the_machine_is_known_and_all_else_is_served(server):
    assert server.seen("/app") == ("owner", "-")
    assert server.get("/liveness").json() == {"/liveness": True}
    assert server.get("/static/js/bokeh.min.js").status_code == 200


def test_silent_and_slow_connections_hold_up_nobody(server):
    silent, slow = (socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(2))
    with silent, slow:
        slow.sendall(b"GET /liveness HTTP/1.1\r\nHost: 127.0")
        assert server.get("/liveness").status_code == 200
        slow.sendall(b".0.1\r\nConnection: close\r\n\r\n")
        assert slow.recv(1000).startswith(b"HTTP/1.1 200")


def test_ends_of_lines_may_be_short(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain:
        plain.sendall(b"GET /liveness HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n")
        assert plain.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_head_that_stays_unfinished_is_given_up(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as unfinished:
        unfinished.sendall(b"GET /app HTTP/1.1\r\n")
        with suppress(ConnectionResetError):
            assert unfinished.recv(1) == b""


def test_of_too_many_silent_connections_the_oldest_give_way(server):
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 20)) for _ in range(6)]
        assert [connection.recv(1) for connection in silent[:2]] == [b"", b""]
        assert server.get("/liveness").status_code == 200


def test_a_head_without_end_is_refused(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as endless:
        endless.sendall(b"x" * 2**16)
        # Closed with what was sent unread: the other end hears of a reset, or of the end.
        with suppress(ConnectionResetError):
            assert endless.recv(1) == b""
    assert server.get("/liveness").status_code == 200


def test_a_process_that_was_killed_is_started_anew(server):
    before = children(server)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    end = time.monotonic() + 30
    while before[0] in children(server) or len(children(server)) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)
    made_by = {get_token_payload(page_of(server)["token"])["process"] for _ in range(2)}
    assert made_by == {0, 1}
    assert "process 1 ended unexpectedly and is started anew" in server.log.read_text()


def test_all_processes_end_with_the_first(tmp_path):
    server = Served(tmp_path, "--processes", "2", code=PROBE)
    assert server.get("/liveness").status_code == 200
    own = children(server)
    server.stop()
    assert server.process.returncode == 0
    assert not any(os.path.exists(f"/proc/{number}") for number in own)
