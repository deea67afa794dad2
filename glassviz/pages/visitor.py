"""Who looks at the page: the owner at this machine, somebody who has logged in, or a guest."""

import panel as pn

from glassviz.access import GUEST, OWNER

HERE = ("127.0.0.1", "::1")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""Headers that a proxy adds: behind one, everybody seems to be at this machine."""


def current_visitor():
    """The Visitor of the present session; outside a server the owner."""
    document = pn.state.curdoc
    if document is None or document.session_context is None:
        return OWNER
    request = document.session_context.request
    forwarded = any(name in request.headers for name in FORWARDED)
    return OWNER if request.remote_ip in HERE and not forwarded else GUEST
