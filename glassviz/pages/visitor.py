"""Who looks at the page: the owner at this machine, somebody who has logged in, or a guest."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import panel as pn

from glassviz.access import GUEST, OWNER
from glassviz.errors import Refused

FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip")
"""Headers that proxies add, beside X-Forwarded-...: behind one, everybody seems to be at this machine."""
_SESSION_NAMES = ("bokeh-session-id", "bokeh-token")
_server = {"gate": None, "proxied": False}


def configure(gate=None, proxied=False):
    """Tell who is let in: a Gate where there is a login; proxied : whether visitors come through a proxy."""
    _server.update(gate=gate, proxied=proxied)


def has_login():
    """Whether visitors of this server log in."""
    return _server["gate"] is not None


def current_visitor():
    """The Visitor of the present session; outside a server the owner."""
    document = pn.state.curdoc
    if document is None or document.session_context is None:
        return OWNER
    # The headers and cookies of the context come from a token that the client sent; this is what the server saw.
    request = getattr(document.session_context.request, "_request", None)
    if request is None:
        return GUEST
    if has_login():
        account = _server["gate"].account_of(request)
        return GUEST if account is None else account.visitor
    return OWNER if not _server["proxied"] and at_this_machine(request) else GUEST


def require_unchanged(visitor):
    """Raise Refused where the account of a page that is open has changed or gone since it was opened."""
    document = pn.state.curdoc
    if document is not None and document.session_context is not None and current_visitor() != visitor:
        raise Refused("your account has changed since this page was opened: load it anew")


def at_this_machine(request):
    """Whether a request was made on this machine, by all that can be seen of it.

    The host that the browser was told to ask for counts, too: a foreign name that was made to point here is not us.
    """
    if any(name.lower() in FORWARDED or name.lower().startswith("x-forwarded") for name in request.headers):
        return False
    if names_a_session(request) or not is_loopback(request.remote_ip):
        return False
    origin = request.headers.get("Origin")
    hosts = [request.host, *([] if origin is None else [urlsplit(origin).netloc])]
    return all(_is_local_name(host) for host in hosts)


def names_a_session(request):
    """Whether a request asks for a session by name: with a name that the sender of a link knows they would share it."""
    return any(name in request.arguments or name in request.headers for name in _SESSION_NAMES)


def is_loopback(address):
    """Whether an IP address, also an IPv4 one written as IPv6, is this machine's own."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def _is_local_name(host):
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or is_loopback(name)
