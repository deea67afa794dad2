"""Who is taken for whom: the owner at this machine, somebody who has logged in, a guest; forged headers and tokens."""

import json
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
from bokeh.util.token import generate_jwt_token
from tornado.httpclient import HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.websocket import websocket_connect

from glassviz.accounts import Accounts
from glassviz.pages.login import PER_NAME, Failures, _own_address
from glassviz.pages.visitor import at_this_machine, is_loopback
from tests.served import PROBE, Served, in_own_loop, morsel

OWNER, GUEST = ("owner", "-"), ("guest", "-")


@pytest.fixture(scope="module")
def open_server(tmp_path_factory):
    """A server without a login that listens on all addresses."""
    home = tmp_path_factory.mktemp("open")
    server = Served(home, "--address", "0.0.0.0", code=PROBE)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def closed_server(tmp_path_factory):
    """A server with a login, behind a proxy, with a prefix."""
    home = tmp_path_factory.mktemp("closed")
    accounts = Accounts(home / "users.json")
    accounts.add("ann", "teacher", "correct horse")
    accounts.add("ben", "student", "battery staple")
    options = ("--auth", "basic", "--behind-proxy", "--allow-websocket-origin", "glass.example.org")
    server = Served(home, *options, code=PROBE)
    yield server
    server.stop()


def opened(server, token, cookies=(), origin=None, path="/app/ws"):
    """What the first message of a WebSocket says; None where it is refused."""
    headers = {"Origin": origin} if origin else {}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in dict(cookies).items())

    async def attempt():
        request = HTTPRequest(f"ws://127.0.0.1:{server.port}{path}", headers=headers)
        try:
            socket = await websocket_connect(request, subprotocols=["bokeh", token])
        except Exception:
            return None
        message = await socket.read_message()
        socket.close()
        return message and json.loads(message)["msgtype"]

    return in_own_loop(attempt(), 30)


def token_of(page):
    return page.text.split('"token":"')[1].split('"')[0]


# Without a login ------------------------------------------------------------------------------------------------------


def test_who_is_at_the_machine_is_the_owner(open_server):
    assert open_server.seen() == OWNER
    assert open_server.seen(Host=f"localhost:{open_server.port}") == OWNER
    assert open_server.seen(Origin=f"http://127.0.0.1:{open_server.port}") == OWNER


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"x-forwarded-host": "localhost"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "evil.example.org"},
        {"Host": "127.0.0.1.evil.example.org"},
        {"Host": "localhost@evil.example.org"},
        {"Origin": "http://evil.example.org"},
        {"Origin": "null"},
        {"Bokeh-Session-Id": "known"},
    ],
    ids=str,
)
def test_traces_of_proxies_foreign_names_and_known_sessions_make_a_guest(open_server, headers):
    assert open_server.seen(**headers) in (GUEST, None)


def test_a_link_that_names_a_session_gives_nobody_the_owners(open_server):
    assert open_server.seen("/app?bokeh-session-id=known") in (GUEST, None)


def test_a_forged_token_opens_no_session(open_server):
    payload = {"headers": {"Host": "localhost"}, "cookies": {}, "arguments": {}}
    for forged in (
        generate_jwt_token("known", extra_payload=payload),
        generate_jwt_token("known", secret_key=b"guessed", signed=True, extra_payload=payload),
    ):
        before = open_server.log.read_text().count("seen ")
        assert opened(open_server, forged) is None
        assert open_server.log.read_text().count("seen ") == before


def test_only_known_origins_may_open_a_socket(open_server):
    token = token_of(open_server.get())
    assert opened(open_server, token, origin="http://evil.example.org") is None
    assert opened(open_server, token, origin=f"http://localhost:{open_server.port + 1}") is None
    assert opened(open_server, token, origin=f"http://localhost:{open_server.port}") == "ACK"
    assert opened(open_server, token, origin=f"http://127.0.0.1:{open_server.port}") == "ACK"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "::1%lo"])
def test_addresses_of_this_machine(address):
    assert is_loopback(address)
    assert at_this_machine(request_from(address))


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "0.0.0.0", "::ffff:10.0.0.1", "fe80::1%eth0", "", None, "localhost", "1"]
)
def test_addresses_of_others(address):
    assert not is_loopback(address)
    assert not at_this_machine(request_from(address))


def request_from(address, **headers):
    return SimpleNamespace(
        remote_ip=address,
        host="localhost:5006",
        arguments={},
        headers=HTTPHeaders({"Host": "localhost:5006", **headers}),
    )


# With a login ---------------------------------------------------------------------------------------------------------


def test_nobody_sees_anything_before_the_login(closed_server):
    for path in ("/", "/app", "/app/autoload.js?bokeh-autoload-element=x", "/app/metadata"):
        answer = closed_server.get(path)
        assert answer.status_code == 302, path
        assert "login" in answer.headers["Location"]
    assert closed_server.seen() is None
    assert closed_server.seen(cookies={"glassviz_user": "ann"}) is None
    assert opened(closed_server, "x") is None
    assert closed_server.get("/liveness").json() == {"/liveness": True}
    assert closed_server.get("/liveness?endpoint=/app").status_code == 400


def test_login_gives_the_role_of_the_table(closed_server):
    answer, cookies = closed_server.login("ann", "correct horse", wanted="/app?temperature=0.4")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/app?temperature=0.4"
    assert closed_server.seen(cookies=cookies) == ("teacher", "ann")
    assert closed_server.seen(cookies=closed_server.login("ben", "battery staple")[1]) == ("student", "ben")
    # Behind a proxy nobody is at this machine, whatever the headers say.
    assert closed_server.seen(cookies=cookies, **{"X-Forwarded-For": "127.0.0.1"}) == ("teacher", "ann")


def test_cookies_are_out_of_reach_of_scripts_and_tokens(closed_server):
    answer, cookies = closed_server.login("ann", "correct horse", **{"X-Forwarded-Proto": "https"})
    cookie = morsel(answer, "glassviz_user")
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    page = closed_server.get(cookies=cookies)
    from bokeh.util.token import get_token_payload

    payload = get_token_payload(token_of(page))
    assert cookies["glassviz_user"] not in json.dumps(payload, default=repr)
    assert "glassviz_user" not in json.dumps(payload, default=repr)


def test_the_socket_of_one_is_not_for_another(closed_server):
    ann, ben = (closed_server.login(*who)[1] for who in (("ann", "correct horse"), ("ben", "battery staple")))
    token = token_of(closed_server.get(cookies=ann))
    assert opened(closed_server, token) is None
    assert opened(closed_server, token, cookies=ben) is None
    assert opened(closed_server, token, cookies=ann) == "ACK"
    assert closed_server.get("/app?bokeh-session-id=known", cookies=ann).status_code == 403


def test_forged_and_outlived_cookies(closed_server):
    _, cookies = closed_server.login("ben", "battery staple")
    forged = {"glassviz_user": cookies["glassviz_user"].replace("battery", "")[:-1] + "0"}
    assert closed_server.seen(cookies=forged) is None
    accounts = Accounts(closed_server.home / "users.json")
    accounts.set_password("ben", "another staple")
    assert closed_server.seen(cookies=cookies) is None
    accounts.set_password("ben", "battery staple")
    _, cookies = closed_server.login("ben", "battery staple")
    accounts.remove("ben")
    assert closed_server.seen(cookies=cookies) is None
    accounts.add("ben", "student", "battery staple")


def test_the_form_needs_its_token_and_leads_nowhere_else(closed_server):
    import requests

    fields = {"name": "ann", "password": "correct horse"}
    assert requests.post(closed_server.address + "/login", data=fields, timeout=30).status_code == 403
    for wanted in ("//evil.example.org", "https://evil.example.org/app", "/\\evil.example.org"):
        answer, _ = closed_server.login("ann", "correct horse", wanted=wanted)
        assert answer.headers["Location"] == "/"
    # Too much is refused, or cut off while it is still being sent; the server goes on either way.
    with suppress(requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError):
        assert (
            requests.post(closed_server.address + "/login", data={"name": "x" * 2**21}, timeout=30).status_code >= 400
        )
    assert closed_server.login("ann", "correct horse")[0].status_code == 302


@pytest.mark.parametrize("text", ["", "app", "//x", "/\\x", "/a\tb", "/\n/x", "http://x/", "javascript:alert(1)"])
def test_addresses_to_go_on_to(text):
    assert _own_address(text) == ""
    assert _own_address("/app?t=1#x") == "/app?t=1#x"


def test_failed_logins_are_slowed_down_for_the_name_alone(closed_server):
    for _ in range(PER_NAME):
        answer, cookies = closed_server.login("eve", "wrong password")
        assert (answer.status_code, cookies) == (403, {})
        assert "Name or password is wrong" in answer.text
    answer, _ = closed_server.login("eve", "wrong password")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert closed_server.login("ann", "correct horse")[0].status_code == 302


def test_failed_logins_are_slowed_down_for_an_address(closed_server):
    from glassviz.pages.login import PER_ADDRESS

    def attempt(k, address):
        return closed_server.login(f"n{k}", "wrong password", **{"X-Forwarded-For": f"127.0.0.1, {address}"})[0]

    assert {attempt(k, "10.0.0.1").status_code for k in range(PER_ADDRESS)} == {403}
    assert attempt(99, "10.0.0.1").status_code == 429
    assert attempt(99, "10.0.0.2").status_code == 403


def test_failures_are_forgotten(monkeypatch):
    failures = Failures(2, window=0.2)
    failures.add("a")
    failures.add("a")
    assert 0 < failures.wait("a") <= 0.2
    assert failures.wait("b") == 0
    time.sleep(0.25)
    assert failures.wait("a") == 0
    failures.add("a")
    failures.add("a")
    failures.forgive("a")
    assert failures.wait("a") == 0


def test_logout_ends_it(closed_server):
    answer = closed_server.get("/logout", cookies={"glassviz_user": "x"})
    assert morsel(answer, "glassviz_user").value == ""
    assert "You have logged out" in answer.text
