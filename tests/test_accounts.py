"""Accounts: names that become folders, passwords as hashes, one private file; limits of an hour."""

import json
import os
import stat
import time

import pytest

from glassviz import access
from glassviz.access import GUEST, Visitor, count
from glassviz.accounts import Accounts, cookie_secret
from glassviz.errors import DataError, InputError, Refused


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path / "users.json")


@pytest.mark.parametrize(
    "name", ["..", ".", "", ".ann", "a/b", "a\\b", "Ann", "ann\n", "a" * 33, "änn", "a b", "-a", "_a", "a\0b", None]
)
def test_names_that_lead_astray_are_refused(accounts, name):
    with pytest.raises(InputError, match="name is"):
        accounts.add(name, "student", "long enough")
    if name:
        with pytest.raises(InputError, match="name is"):
            Visitor(name, "student")
    assert not accounts.path.exists()


def test_folders_of_visitors_lie_in_the_folder_of_users(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    for name in ("a", "0", "a..b", "ann.lee-2_x", "a" * 32):
        assert Visitor(name, "student").home.resolve().parent == (tmp_path / "users").resolve()


def test_table_is_private_and_holds_no_password(accounts):
    accounts.add("ann", "teacher", "correct horse")
    accounts.add("ben", "student", "battery staple")
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert "correct horse" not in accounts.path.read_text()
    assert json.loads(accounts.path.read_text())["users"]["ann"]["hash"].startswith("$argon2id$")
    assert accounts.verify("ann", "correct horse").visitor == Visitor("ann", "teacher")
    assert accounts.verify("ann", "battery staple") is None
    assert accounts.verify("ann", "") is None
    assert accounts.verify("eve", "correct horse") is None
    assert sorted(path.name for path in accounts.path.parent.iterdir()) == ["users.json"]


def test_changes_are_seen_by_a_running_server(accounts):
    server = Accounts(accounts.path)
    assert server.all() == {}
    accounts.add("ann", "student", "correct horse")
    old = server.all()["ann"].stamp
    accounts.set_password("ann", "another horse")
    assert server.all()["ann"].stamp != old
    assert server.verify("ann", "correct horse") is None
    accounts.remove("ann")
    assert server.verify("ann", "another horse") is None
    with pytest.raises(InputError, match="'ann' is not in"):
        accounts.remove("ann")


def test_unknown_names_take_as_long_as_known_ones(accounts):
    accounts.add("ann", "student", "correct horse")
    accounts.add("eve", "student", identity="eve@example.org")
    accounts.verify("nobody", "x")

    def best(name):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            accounts.verify(name, "wrong")
            times.append(time.perf_counter() - start)
        return min(times)

    known = best("ann")
    for name in ("nobody", "eve", "../ann"):
        assert 0.4 < best(name) / known < 2.5


def test_identities_of_providers(accounts):
    accounts.add("eve", "teacher", identity="Eve@Example.org")
    assert accounts.of_identity(" eve@example.ORG").visitor == Visitor("eve", "teacher")
    assert accounts.of_identity("eve") is None
    assert accounts.of_identity("") is None
    assert accounts.verify("eve", "") is None
    with pytest.raises(InputError, match="that of the user 'eve' already"):
        accounts.add("eva", "student", identity="EVE@example.org")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "x", "version": 1, "users": {}}',
             '{"format": "glassviz users", "version": 1, "users": {"..": {"role": "student"}}}',
             '{"format": "glassviz users", "version": 1, "users": {"ann": {"role": "owner"}}}',
             '{"format": "glassviz users", "version": 1, "users": {"ann": {"role": "student", "more": 1}}}'],
)  # fmt: skip
def test_damaged_tables_let_nobody_in(accounts, text):
    accounts.path.write_text(text)
    with pytest.raises((DataError, InputError)):
        accounts.verify("ann", "correct horse")


def test_wrong_entries_are_named(accounts):
    with pytest.raises(InputError, match="role is 'owner'"):
        accounts.add("ann", "owner", "correct horse")
    with pytest.raises(InputError, match="has 5 characters, expected 8"):
        accounts.add("ann", "student", "short")
    accounts.add("ann", "student", "correct horse")
    with pytest.raises(InputError, match="there already"):
        accounts.add("ann", "student", "correct horse")


def test_secret_is_made_once_and_private(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    monkeypatch.delenv("GLASSVIZ_COOKIE_SECRET", raising=False)
    secret = cookie_secret()
    assert len(secret) == 64
    assert cookie_secret() == secret
    assert stat.S_IMODE((tmp_path / "cookie_secret").stat().st_mode) == 0o600
    monkeypatch.setenv("GLASSVIZ_COOKIE_SECRET", "short")
    with pytest.raises(InputError, match="GLASSVIZ_COOKIE_SECRET has 5 characters"):
        cookie_secret()
    monkeypatch.setenv("GLASSVIZ_COOKIE_SECRET", 40 * "x")
    assert cookie_secret() == 40 * "x"
    assert sorted(os.listdir(tmp_path)) == ["cookie_secret"]


def test_limits_of_an_hour(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(access.time, "monotonic", lambda: now[0])
    ann, ben = Visitor("ann-of-limits", "student"), Visitor("ben-of-limits", "student")
    for _ in range(ann.rights.hourly):
        count(ann)
    with pytest.raises(
        Refused, match=r"a student has at most 20 jobs and uploads in an hour; the next in 61 min|60 min"
    ):
        count(ann)
    count(ben)
    now[0] += 1800
    with pytest.raises(Refused, match="next in 31 min|next in 30 min"):
        count(ann)
    now[0] += 1800
    count(ann)
    with pytest.raises(Refused, match="only for those who have logged in"):
        count(GUEST)
