"""The accounts of a group's server: who may log in, in which role; passwords as argon2 hashes in one file."""

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from glassviz.access import Visitor, check_name
from glassviz.dataset import home
from glassviz.errors import DataError, InputError
from glassviz.publish import publish, publish_json

FORMAT, VERSION = "glassviz users", 1
GIVEN = ("student", "teacher")
"""Roles that an account may have."""
SHORTEST, LONGEST = 8, 1024
PRIVATE = 0o600
SECRET_VARIABLE = "GLASSVIZ_COOKIE_SECRET"


@dataclass(frozen=True)
class Account:
    """One entry of the table.

    name : also that of the folder; role : "student" or "teacher"
    hash : of the password, empty without one; identity : e-mail address or user name at an OAuth provider, or empty
    """

    name: str
    role: str
    hash: str = ""
    identity: str = ""

    def __post_init__(self):
        check_name(self.name)
        if self.role not in GIVEN:
            raise InputError(f"role is {self.role!r}, expected {' or '.join(GIVEN)}")
        if not all(isinstance(text, str) for text in (self.hash, self.identity)):
            raise InputError(f"account {self.name}: hash and identity are expected to be text")

    @property
    def visitor(self):
        """The Visitor that this account is."""
        return Visitor(self.name, self.role)

    @property
    def stamp(self):
        """What a login is bound to: with another password, or a new account of this name, it is over."""
        return hashlib.sha256(f"{self.hash}\n{self.identity}".encode()).hexdigest()[:16]


class Accounts:
    """The table of accounts in a file (default: $GLASSVIZ_HOME/users.json), read anew when it has changed."""

    def __init__(self, path=None):
        self.path = Path(path) if path else home() / "users.json"
        self._seen, self._known = None, {}

    def all(self):
        """{name: Account}; empty without a file, DataError when it is damaged."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return {}
        seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen != self._seen:
            self._known, self._seen = self._read(), seen
        return dict(self._known)

    def _read(self):
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if (content["format"], content["version"]) != (FORMAT, VERSION):
                raise DataError(f"{self.path}: expected format {FORMAT!r}, version {VERSION}")
            return {name: Account(name, **entry) for name, entry in content["users"].items()}
        except DataError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{self.path}: not a table of users ({error})") from None

    def _write(self, accounts):
        users = {name: asdict(accounts[name]) for name in sorted(accounts)}
        for entry in users.values():
            del entry["name"]
        publish_json(self.path, {"format": FORMAT, "version": VERSION, "users": users}, PRIVATE)

    def add(self, name, role, password=None, identity=""):
        """Add an account, with a password or the identity at an OAuth provider; InputError where it is there."""
        known = self.all()
        if name in known:
            raise InputError(f"user {name!r} is there already; glassviz users password {name} changes the password")
        taken = next((a.name for a in known.values() if identity and a.identity == _folded(identity)), None)
        if taken:
            raise InputError(f"identity {identity!r} is that of the user {taken!r} already")
        hashed = "" if password is None else _hash(password)
        self._write({**known, name: Account(name, role, hashed, _folded(identity))})

    def remove(self, name):
        """Remove an account; what is theirs on disk stays."""
        known = self._with(name)
        del known[name]
        self._write(known)

    def set_password(self, name, password):
        """Give an account another password, which ends its logins."""
        known = self._with(name)
        account = known[name]
        self._write({**known, name: Account(name, account.role, _hash(password), account.identity)})

    def _with(self, name):
        known = self.all()
        if name not in known:
            raise InputError(f"user {name!r} is not in {self.path}, expected one of {', '.join(known) or 'nobody yet'}")
        return known

    def of_identity(self, identity):
        """The account of somebody whom an OAuth provider calls `identity`; None without one."""
        wanted = _folded(identity)
        return next((a for a in self.all().values() if a.identity and a.identity == wanted), None)

    def verify(self, name, password):
        """The account if the password is its own, else None; takes as long for a name that is not there."""
        from argon2.exceptions import InvalidHashError, VerificationError

        account = self.all().get(name)
        hashed = account.hash if account and account.hash else _nobody()
        try:
            _hasher().verify(hashed, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        return account if account and account.hash else None


@cache
def _hasher():
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody():
    """A hash that no password has."""
    return _hasher().hash(secrets.token_hex(32))


def warm_up():
    """Prepare what the first login would wait for."""
    _nobody()


def _hash(password):
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"the password has {len(password)} characters, expected {SHORTEST} to {LONGEST}")
    return _hasher().hash(password)


def _folded(identity):
    """E-mail addresses and user names of the providers do not differ by case alone."""
    return identity.strip().casefold()


def cookie_secret():
    """The secret that signs cookies: $GLASSVIZ_COOKIE_SECRET, or made once in $GLASSVIZ_HOME/cookie_secret.

    Raises InputError for one that could be guessed.
    """
    given, path = os.environ.get(SECRET_VARIABLE), home() / "cookie_secret"
    if given is None:
        if not path.exists():
            publish(path, lambda file: file.write(secrets.token_hex(32).encode()), PRIVATE)
        given = path.read_text(encoding="ascii").strip()
    if len(given) < 32:
        where = SECRET_VARIABLE if SECRET_VARIABLE in os.environ else path
        raise InputError(f"{where} has {len(given)} characters, expected at least 32; python -c 'import secrets; "
                         "print(secrets.token_hex(32))' makes one")  # fmt: skip
    return given
