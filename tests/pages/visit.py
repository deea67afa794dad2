"""One visitor of the app: opens addresses, reads the state from the address and the pixels from the canvas."""

import time
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from glassviz.colours import DIFFERENCE, propensity_map
from glassviz.session import Session
from glassviz.views.particles import quantise
from tests.views.stage import READ


class Visit:
    """A page of the app with what its tests ask of it."""

    def __init__(self, server, page):
        self.server, self.page = server, page
        self.complaints, self.outside = [], []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on("response", lambda r: self.complaints.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.on("request", lambda request: self.note(request.url))

    def note(self, url):
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.outside.append(url)

    def check(self):
        assert not self.complaints, self.complaints
        assert not self.outside, self.outside

    def open(self, query=""):
        """Show this address with a drawn picture; a page that needs no more than Escape to be there is kept."""
        if not self.returns(query):
            self.page.goto(self.server.address + query)
            self.canvas = self.page.locator("canvas").first
            self.page.locator(".panel").nth(1).wait_for(timeout=60_000)
            self.until(self.drawn, "a drawn canvas")
        return self

    def returns(self, query):
        if not query or not self.page.url.startswith(self.server.address):
            return False
        self.press("Escape", "Escape")
        self.page.mouse.move(2, 895)
        wanted = dict(parse_qsl(query[1:]))
        there = {name: text for name, text in self.state.items() if name not in ("selected", "followed")}
        if {name: text.removesuffix(".0") for name, text in there.items()} != wanted:
            return False
        self.holds(selected=None, followed=None)
        return True

    def drawn(self):
        return self.pixels([self.centre()])[0].any()

    def until(self, condition, what, seconds=40):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"the browser did not show in time: {what}"
            self.page.wait_for_timeout(30)

    def reacts(self, move, condition, what, patience=3):
        """Repeat a move until the page reacts: a figure that has just come may not hear the first one.

        patience : seconds before a repetition, long where a second move would undo the first
        """

        def reacted():
            move()
            end = time.monotonic() + patience
            while not condition() and time.monotonic() < end:
                self.page.wait_for_timeout(30)
            return condition()

        self.until(reacted, what)

    def still(self, read, what, pause=500):
        """What `read` finds once it stays the same: a page is laid out in several steps."""
        found = [None]

        def same():
            before = read()
            self.page.wait_for_timeout(pause)
            found[0] = read()
            return found[0] and found[0] == before

        self.until(same, f"{what}, standing still")
        return found[0]

    def agrees(self, read, expected, rtol=1e-5, atol=1e-6):
        """Wait until what `read` finds in the page are these numbers: data, labels and ranges arrive one by one."""

        def close():
            found, wanted = np.asarray(read()), np.asarray(expected)
            return found.shape == wanted.shape and np.allclose(found, wanted, rtol, atol)

        try:
            self.until(close, "the expected numbers")
        except AssertionError:
            np.testing.assert_allclose(read(), expected, rtol, atol)

    @property
    def state(self):
        """What the address holds."""
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    def holds(self, **expected):
        """Wait until the address holds these choices; None: it is left out."""
        wanted = {name: None if value is None else str(value) for name, value in expected.items()}
        self.until(lambda: all(self.state.get(n) == v for n, v in wanted.items()), f"{wanted}, in {self.state}")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def choose(self, label, option):
        """Choose in a drop-down menu."""
        self.page.get_by_role("combobox", name=label).click()
        self.page.locator("[role=menuitem]").get_by_text(option, exact=True).click()

    # Pixels ----------------------------------------------------------------------------------------------------------

    def panel(self, k):
        # Panels are built anew when they change their number or size.
        boxes = []
        self.until(lambda: boxes.append(self.page.locator(".panel").nth(k).bounding_box()) or boxes[-1], f"panel {k}")
        return boxes[-1]

    def centre(self):
        box = self.panel(0)
        return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]

    def pixels(self, places):
        box = self.canvas.bounding_box()
        points = np.floor(np.asarray(places) - [box["x"], box["y"]]).astype(int).tolist()
        return np.array(self.canvas.evaluate(READ, points))

    def places(self, session, k, indices=slice(None)):
        """Page coordinates (n, 2) of particles in panel k, whole box shown."""
        box, structure = self.panel(k), session.structure
        scale = box["width"] / (1.008 * structure.box[0])
        offset = (structure.wrap().positions[indices] - structure.box / 2) * [scale, -scale]
        return np.array([box["x"], box["y"]]) + box["width"] / 2 + offset

    def shows(self, session, panels=(0, 1), but=()):
        """Wait until the panels have the colours that the session's data give, at the particles that nothing covers."""
        session_fields = expected_colours(session)
        for k in panels:
            places = self.places(session, k)
            box = self.panel(k)
            relative = (places - [box["x"], box["y"]]) / box["width"]
            free = ((relative > 0.03) & (relative < 0.97)).all(axis=1) & ~(
                (relative[:, 0] < 0.35) & (relative[:, 1] > 0.85)
            )
            free[list(but)] = False
            rows = np.flatnonzero(free)[:: max(1, free.sum() // 100)]
            wanted = session_fields[k][rows].astype(int)
            assert len(rows) > (15 if len(but) < 100 else 0)
            self.until(
                lambda p=places[rows], w=wanted: np.abs(self.pixels(p).astype(int) - w).max() <= 2,
                f"the colours of panel {k}",
            )


def expected_colours(session):
    """Colours (N, 3) of each panel from data, model and colour scale, worked out apart from the page."""
    low, high = session.limits()
    measured, predicted = session.measured()[session.slot], session.predicted()
    table = propensity_map(session.observable)
    panels = [table[quantise(measured, low, high)]]
    if predicted is not None:
        predicted = predicted[session.slot]
        reach = (high - low) / 2
        panels += [table[quantise(predicted, low, high)], DIFFERENCE[quantise(predicted - measured, -reach, reach)]]
    return [np.tile(panel, (session.copies**2, 1)) for panel in panels]


def mirror(library, **state):
    """A Session of the test's own, in the state that the page should be in."""
    return Session(library, **state)
