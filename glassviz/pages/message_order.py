"""Messages to a browser leave in the order in which they were made."""

import asyncio

from bokeh.server.views.ws import WSHandler
from panel.io.document import dispatch_tornado
from tornado.websocket import WebSocketClosedError


def send_in_order():
    """Let Bokeh send a message when it is made, as Panel does.

    A message describes the models that are new in it; every later one names them. Bokeh 3.9 makes a message at a
    change, sends it when the callback has ended, and waits until the browser has taken each part. Panel 1.9 sends one
    at once, but keeps it for later while a part of Bokeh's waits. So either can overtake the other, the sooner the
    slower a browser reads, and a browser that meets a name before its model drops the whole message. Sent whole at
    once, none can.
    """
    WSHandler.send_message = _send


def _send(handler, message):
    """Write all parts now; to wait for the result is to wait until the connection has taken them."""
    try:
        parts = dispatch_tornado(handler.connection, msg=message)
    except WebSocketClosedError:
        # What there is to do then is done when the handler hears of it.
        parts = []
    return asyncio.ensure_future(_taken(parts))


async def _taken(parts):
    for outcome in await asyncio.gather(*parts, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, WebSocketClosedError):
            raise outcome
