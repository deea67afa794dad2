"""The door of a group's server: who is let in, the page that asks for a password, the way out."""

import hmac
import math
import time
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from bokeh.protocol.exceptions import ProtocolError
from bokeh.server.auth_provider import AuthProvider
from bokeh.util.token import get_session_id
from jinja2 import Environment
from panel.auth import OAuthProvider
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler, decode_signed_value
from tornado.websocket import WebSocketHandler

from glassviz.accounts import warm_up
from glassviz.colours import ACCENTS, NEUTRALS
from glassviz.pages.visitor import names_a_session

COOKIE = "glassviz_user"
OAUTH_COOKIES = ("user", "id_token", "access_token", "refresh_token", "oauth_expiry", "is_guest")
COOKIES = (COOKIE, *OAUTH_COOKIES)
DAYS = 7
WINDOW = 300
PER_NAME, PER_ADDRESS = 5, 30
"""Failed logins within WINDOW seconds; a class often shares one address."""
TEMPLATE = Path(__file__).with_name("login.html")
_colours = {"light": NEUTRALS[False], "dark": NEUTRALS[True], "accents": ACCENTS}
_page = Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf-8"), _colours)
# A hash takes 64 MiB and tens of milliseconds: two at a time, none in the loop that serves everybody.
_hashing = ThreadPoolExecutor(2, thread_name_prefix="login")


class Failures:
    """Failed logins of the last minutes by key."""

    def __init__(self, most, window=WINDOW):
        self.most, self.window = most, window
        self._times = defaultdict(deque)

    def wait(self, key):
        """Seconds until `key` may try again; 0: now."""
        times, now = self._times.get(key, ()), time.monotonic()
        while times and now - times[0] >= self.window:
            times.popleft()
        if not times:
            self._times.pop(key, None)
        return self.window - (now - times[0]) if len(times) >= self.most else 0

    def add(self, key):
        """Note a failure."""
        if len(self._times) > 10_000:
            # Somebody tries names without end; what is old goes first.
            for known in list(self._times):
                self.wait(known)
        self._times[key].append(time.monotonic())

    def forgive(self, key):
        """Take the last one back: it was none."""
        if self._times.get(key):
            self._times[key].pop()


class PasswordGate(AuthProvider):
    """Lets in who has an account and its password.

    accounts : Accounts; secret : that signs the cookie; proxied : whether visitors come through a proxy
    """

    login_url, logout_url = "/login", "/logout"

    def __init__(self, accounts, secret, proxied=False):
        self.accounts, self.secret, self.proxied = accounts, secret, proxied
        self.names, self.addresses = Failures(PER_NAME), Failures(PER_ADDRESS)
        warm_up()
        super().__init__()

    @property
    def login_handler(self):
        """The page that asks for name and password."""
        return LoginHandler

    @property
    def logout_handler(self):
        """The page that ends a login."""
        return LogoutHandler

    @property
    def get_user(self):
        """Function of a handler: the name of who asks, None for nobody."""
        return self._user

    def _user(self, handler):
        check_session(handler, self.account_of)
        account = self.account_of(handler.request)
        return None if account is None else account.name

    def account_of(self, request):
        """The Account whose login a request carries, as the table has it now; None without one."""
        text = _signed(request, COOKIE, self.secret)
        name, _, stamp = (text or "").partition(" ")
        account = self.accounts.all().get(name)
        return account if account and hmac.compare_digest(account.stamp, stamp) else None

    def address_of(self, request):
        """Where a request comes from: behind a proxy what the proxy, the last in the chain, says."""
        chain = request.headers.get("X-Forwarded-For", "") if self.proxied else ""
        return chain.rpartition(",")[2].strip() or request.remote_ip


class OAuthGate(OAuthProvider):
    """Lets in whom an OAuth provider knows; who is in our table has their role there, everybody else is a guest."""

    def __init__(self, accounts, secret, **options):
        self.accounts, self.secret = accounts, secret
        super().__init__(**options)
        self._error_template = _page

    @property
    def logout_handler(self):
        """The page that ends a login."""
        return LogoutHandler

    @property
    def get_user_async(self):
        """Asynchronous function of a handler: whom the provider knows, None for nobody."""
        known = super().get_user_async

        async def user(handler):
            check_session(handler, self.identity_of)
            return await known(handler)

        return user

    def identity_of(self, request):
        """What the provider calls who asks; None for nobody."""
        return _signed(request, "user", self.secret)

    def account_of(self, request):
        """The Account of who asks; None for a guest."""
        identity = self.identity_of(request)
        return None if identity is None else self.accounts.of_identity(identity)


def check_session(handler, known):
    """Refuse who asks for the session of somebody else: by its name in a link, or with the token of another's page."""
    if not isinstance(handler, WebSocketHandler):
        if names_a_session(handler.request):
            raise HTTPError(403, reason="sessions are not named")
        return
    # The token travels as the second of the protocols that the browser offers.
    token = handler.request.headers.get("Sec-WebSocket-Protocol", "").rpartition(",")[2].strip()
    try:
        session = handler.application_context.get_session(get_session_id(token))
    except (ProtocolError, ValueError, KeyError):
        return
    owner = session.document.session_context.request._request
    if known(owner) != known(handler.request):
        raise HTTPError(403, reason="this session is somebody else's")


class LoginHandler(RequestHandler):
    """Asks for name and password."""

    def get(self):
        """The page."""
        self._show()

    async def post(self):
        """Check the password; set the cookie and go on to where the visitor wanted to go."""
        gate = self.application.auth_provider
        name, password = self.get_body_argument("name", "")[:64].lower(), self.get_body_argument("password", "")
        address = gate.address_of(self.request)
        wait = max(gate.names.wait(name), gate.addresses.wait(address))
        if wait:
            self.set_status(429)
            self.set_header("Retry-After", str(math.ceil(wait)))
            self._show(f"Too many failed attempts. Try again in {math.ceil(wait / 60)} min.", name)
            return
        # Counted before the answer is known, so that many at a time are no way around it.
        gate.names.add(name)
        gate.addresses.add(address)
        account = await IOLoop.current().run_in_executor(_hashing, gate.accounts.verify, name, password)
        if account is None:
            self.set_status(403)
            self._show("Name or password is wrong.", name)
            return
        gate.names.forgive(name)
        gate.addresses.forgive(address)
        secure = self.request.protocol == "https"
        options = {"httponly": True, "samesite": "Lax", "secure": secure, "expires_days": DAYS}
        self.set_signed_cookie(COOKIE, f"{account.name} {account.stamp}", **options)
        self.redirect(_own_address(self.get_argument("next", "")) or f"{self.application.prefix}/")

    def _show(self, problem="", name=""):
        token = self.xsrf_token.decode()
        wanted = _own_address(self.get_argument("next", ""))
        self.set_header("Cache-Control", "no-store")
        _protect(self)
        self.finish(_render("login", problem=problem, name=name, token=token, wanted=wanted))


class LogoutHandler(RequestHandler):
    """Ends a login in this browser."""

    def get(self):
        """Clear what identifies the visitor."""
        for name in COOKIES:
            self.clear_cookie(name)
        self.set_header("Cache-Control", "no-store")
        _protect(self)
        self.finish(_render("logout"))


def _protect(handler):
    """No other page may frame the form."""
    only = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    handler.set_header("Content-Security-Policy", only)
    handler.set_header("Referrer-Policy", "same-origin")


def _render(kind, **words):
    return _page.render(kind=kind, **words)


def _signed(request, name, secret):
    """Text of a signed cookie of a request; None where it is missing, forged or too old."""
    morsel = request.cookies.get(name)
    value = None if morsel is None else decode_signed_value(secret, name, morsel.value, max_age_days=DAYS)
    return None if value is None else value.decode("utf-8", "replace")


def _own_address(text):
    """A path on this server to go on to, or empty: never another host."""
    parts = urlsplit(text)
    # Browsers take \\ for / and skip control characters.
    odd = "\\" in text or any(ord(letter) < 33 for letter in text)
    return "" if parts.scheme or parts.netloc or odd or not text.startswith("/") or text.startswith("//") else text
