"""A browser hears of a model before it hears its name, however slowly it reads."""

import asyncio
import re

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.served import Served, in_own_loop, read_message, write_message

# A page of three models; what is typed says what is changed, in whose batch.
PAGE = """
import sys; sys.argv.pop(1)
import numpy as np
import panel as pn
import glassviz.pages.shell as shell
from bokeh.models import Column, ColumnDataSource, Div, TextInput

def serve():
    document, typed = pn.state.curdoc, TextInput(name="typed")
    one, other, source = Column(name="one"), Column(name="other"), ColumnDataSource(tags=["source"])
    page = Column(typed, one, other, tags=[source])

    def held():
        with pn.io.hold(document):
            one.children = [Div(text="new")]

    def change(attribute, old, new):
        if new == "two senders":
            one.children = [Div(text="new")]
            with pn.io.hold(document):
                other.children = list(one.children)
        elif new == "more than is read at once":
            with pn.io.hold(document):
                source.data = {"x": np.zeros(4_000_000)}
            document.add_timeout_callback(held, 200)
            document.add_timeout_callback(lambda: setattr(one.children[0], "text", "named"), 400)
        elif new == "end":
            typed.title = "end"

    typed.on_change("value", change)
    return pn.pane.Bokeh(page)

shell.serve = serve
from glassviz.cli.main import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("order"), code=PAGE)
    yield server
    server.stop()


class Reader:
    """A browser that reads when it is told to, and keeps which models it has met."""

    def __init__(self, connection):
        self.connection, self.known, self.unknown, self.ids, self.names = connection, set(), [], 0, {}

    async def send(self, kind, content):
        self.ids += 1
        await write_message(self.connection, self.ids, kind, content)

    async def type(self, text):
        event = {"kind": "ModelChanged", "model": {"id": self.names["typed"]}, "attr": "value", "new": text}
        await self.send("PATCH-DOC", {"events": [event]})

    async def receive(self):
        kind, content = await read_message(self.connection)
        defined, named = set(), set()
        self.search(content, defined, named)
        self.known |= defined
        self.unknown += named - self.known
        return kind, content

    def search(self, part, defined, named):
        if isinstance(part, dict) and part.get("type") != "bytes":
            if part.get("type") == "object" and "id" in part:
                defined.add(part["id"])
                self.names[part.get("attributes", {}).get("name")] = part["id"]
            elif set(part) == {"id"} and str(part["id"]).startswith("p"):
                named.add(part["id"])
            for child in part.values():
                self.search(child, defined, named)
        elif isinstance(part, list):
            for child in part:
                self.search(child, defined, named)


async def unknown_after(server, typed):
    """The names that a reader met before their models while this was typed, and what was changed, in order."""
    token = re.search(r'"token":"([^"]+)"', server.get("/app").text)[1]
    request = HTTPRequest(f"ws://127.0.0.1:{server.port}/app/ws", headers={"Origin": server.address})
    connection = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=2**28)
    reader, changes = Reader(connection), []
    try:
        await reader.receive()
        await reader.send("PULL-DOC-REQ", {})
        while (await reader.receive())[0] != "PULL-DOC-REPLY":
            pass
        ready = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
        await reader.send(
            "PATCH-DOC", {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready}]}
        )
        await reader.receive()
        await reader.type(typed)
        # Nothing is read meanwhile: what is large stays on its way.
        await asyncio.sleep(1)
        await reader.type("end")
        while not any(change.get("attr") == "title" for change in changes):
            changes += (await reader.receive())[1].get("events", [])
    finally:
        connection.close()
    return reader.unknown, [change["attr"] for change in changes if change["attr"] not in ("title", "value")]


def read(server, typed):
    return in_own_loop(unknown_after(server, typed), 60)


def test_a_change_of_bokeh_is_not_overtaken_by_one_of_panel(server):
    assert read(server, "two senders") == ([], ["children", "children"])


def test_a_change_of_panel_that_a_slow_browser_holds_up_is_not_overtaken(server):
    assert read(server, "more than is read at once") == ([], ["data", "children", "text"])
