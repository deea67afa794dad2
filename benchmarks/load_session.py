"""One visitor without a browser: speaks Bokeh's protocol as the page does, and measures how long pictures take."""

import asyncio
import json
import re
import time
from contextlib import suppress

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

PATIENCE = 20
# How long a browser takes to draw; what accompanies the snapshots follows when it has said so.
DRAWING = 0.05
BAR = {"Time t": "time", "Temperature T": "temperature", "Configuration": "configuration", "Model": "model"}
WEIGHTS = {"time": 8, "temperature": 2, "configuration": 4, "model": 2, "page": 4}
"""How often a visitor makes each move, out of 20."""


class LoadSession:
    """A session of the app: `open`, `live` for some seconds, `close`.

    taken : [(kind of move, milliseconds, when)]; errors : sentences
    """

    def __init__(self, address, random):
        self.address, self.random = address, random
        self.taken, self.errors = [], []
        self.widgets, self.page, self.view = {}, None, None
        self._ids, self._others = 0, set()
        self._waiting, self._asked, self._wants_view, self._socket = None, 0.0, True, None

    async def open(self):
        """Fetch the page and its document."""
        request = HTTPRequest(f"http://{self.address}/app", request_timeout=120)
        html = (await AsyncHTTPClient(max_clients=100).fetch(request)).body.decode()
        token = re.search(r'"token":"([^"]+)"', html)[1]
        request = HTTPRequest(f"ws://{self.address}/app/ws", headers={"Origin": f"http://{self.address}"})
        self._socket = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=2**28)
        # As browsers do: what is written leaves at once.
        self._socket.protocol.stream.set_nodelay(True)
        await self._receive()
        await self._send("PULL-DOC-REQ", {})
        kind, content = await self._receive()
        while kind != "PULL-DOC-REPLY":
            kind, content = await self._receive()
        self._learn(content["doc"])
        self._reading = asyncio.ensure_future(self._read())
        ready = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
        await self._patch({"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready})

    def _learn(self, document):
        """Find the widgets of the bar and the snapshots."""
        for model in models_in(document):
            data = model.get("attributes", {}).get("data")
            if not isinstance(data, dict) or "id" not in data:
                continue
            kind, attributes = model["attributes"].get("class_name"), data.get("attributes", {})
            name = BAR.get(attributes.get("label"))
            if name is not None and kind in ("Select", "DiscreteSlider"):
                self.widgets[name] = {"id": data["id"], **attributes}
            elif attributes.get("label") == "Page":
                self.page = {"id": data["id"], **attributes}
            elif kind == "ParticleView":
                self.view = data["id"]
            if kind in ("Page", "Toggle") or name is not None or attributes.get("label") in ("Page", "Data set"):
                self._others |= {data["id"], model["id"]}
        self._others |= {m["id"] for m in models_in(document) if m["name"] == "panel.models.location.Location"}

    async def live(self, seconds, pause):
        """Make moves, the first at a time of its own."""
        end = time.monotonic() + seconds
        await asyncio.sleep(self.random.uniform(0, pause))
        while time.monotonic() < end:
            started = time.monotonic()
            if self._reading.done():
                self.errors.append("the connection was closed")
                return
            await self._move()
            await asyncio.sleep(max(0, started + pause - time.monotonic()))

    async def _move(self):
        """One change, and the wait for its picture."""
        away = self.page["value"] != self.page["options"][0]
        # Away from the snapshots somebody looks at one page after the other.
        kind = "page" if away else self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        widget = self.page if kind == "page" else self.widgets[kind]
        options = widget["options"]
        choices = range(len(options)) if kind == "time" else options
        new = self.random.choice([option for option in choices if option != widget["value"]] or [None])
        if new is None:
            return
        await self.change(kind, new)

    async def change(self, kind, new):
        """Give a widget of the bar another value, and wait for the picture."""
        widget = self.page if kind == "page" else self.widgets[kind]
        widget["value"] = new
        label = f"page {new}" if kind == "page" else kind
        self._waiting, self._asked = asyncio.get_running_loop().create_future(), time.perf_counter()
        self._wants_view = kind != "page"
        await self._change(widget["id"], "value", new)
        try:
            answered = await asyncio.wait_for(self._waiting, PATIENCE)
            self.taken.append((label, 1000 * (answered - self._asked), time.monotonic()))
        except TimeoutError:
            self.errors.append(f"{label}: no picture within {PATIENCE} s")
        self._waiting = None

    async def _read(self):
        """Take in what the server sends."""
        with suppress(ConnectionError):
            while True:
                kind, content = await self._receive()
                if kind == "ERROR":
                    self.errors.append(content.get("text", "an error of the server"))
                for event in content.get("events", ()) if kind == "PATCH-DOC" else ():
                    self._take(event)

    def _take(self, event):
        name, attribute = event.get("model", {}).get("id"), event.get("attr")
        for widget in (*self.widgets.values(), self.page):
            if widget["id"] == name and attribute in ("value", "options"):
                widget[attribute] = event["new"]
        if name == self.view and attribute == "frame":
            asyncio.get_running_loop().call_later(DRAWING, self._drawn, event["new"])
        # Structures without labels keep their grey: another configuration has other positions, a model another title.
        drawn = attribute in ("values", "positions", "titles")
        pictured = drawn if name == self.view else not self._wants_view and name not in self._others
        if self._waiting is not None and not self._waiting.done() and pictured and name is not None:
            self._waiting.set_result(time.perf_counter())

    def _drawn(self, frame):
        """Report a picture as drawn."""
        if not self._reading.done():
            self._report = asyncio.ensure_future(self._tell(frame))

    async def _tell(self, frame):
        with suppress(WebSocketClosedError):
            await self._change(self.view, "drawn", frame)

    async def _change(self, model, attribute, new):
        await self._patch({"kind": "ModelChanged", "model": {"id": model}, "attr": attribute, "new": new})

    async def _patch(self, event):
        await self._send("PATCH-DOC", {"events": [event]})

    async def _send(self, kind, content):
        self._ids += 1
        for part in ({"msgid": str(self._ids), "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(part))

    async def _receive(self):
        """(type, content) of the next message; the arrays that follow it are thrown away."""
        parts = [await self._part() for _ in range(3)]
        header, content = json.loads(parts[0]), json.loads(parts[2])
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._part()
        return header["msgtype"], content

    async def _part(self):
        message = await self._socket.read_message()
        if message is None:
            raise ConnectionError("the server closed the connection")
        return message

    async def close(self):
        """Leave, as a closed tab does."""
        self._socket.close()
        with suppress(asyncio.CancelledError):
            await self._reading


def models_in(part):
    """Every model of a document in Bokeh's JSON."""
    if isinstance(part, dict):
        if part.get("type") == "object" and "id" in part:
            yield part
        for value in part.values():
            yield from models_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from models_in(value)
