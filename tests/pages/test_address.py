"""The address and the session say the same."""

import pytest

from glassviz.library import Library
from glassviz.pages.address import LONGEST_SELECTION, query_of, state_of
from glassviz.session import Session
from tests.pages.conftest import fill


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    home = tmp_path_factory.mktemp("address")
    fill(home)
    return Library([home / "data"], [home / "models"])


STATES = {
    "defaults": {},
    "no model": {"temperature": 0.8, "model": ""},
    "first configuration": {"temperature": 0.8, "configuration": 0, "time": 1000.0},
    "selection": {"selected": [0, 7, 128], "followed": 0},
    "camera": {"camera": [3.25, 4.0, 2.5]},
    "look": {"dark": True, "third_view": "difference", "colour_range": "data", "copies": 8, "positions": "inherent"},
    "inside": {
        "temperature": 0.8,
        "third_view": "bottleneck",
        "coloured_by": "descriptor",
        "cloud": "test",
        "descriptor": "energy_variance L=2.5 type 3",
    },
    "displacement": {"observable": "displacement", "shown_type": 3},
}


@pytest.mark.parametrize("name", STATES)
def test_every_state_comes_back(library, name):
    session = Session(library, **STATES[name])
    other = Session(library, **state_of(query_of(session)))
    for parameter in session.param:
        if parameter != "name":
            assert getattr(other, parameter) == getattr(session, parameter), parameter


@pytest.mark.parametrize(
    "query",
    ["?time=soon", "?configuration=1.5", "?dark=yes", "?selected=1,x", "?camera=a,b,c", "?copies=many", "?name=x",
     "?library=1", "?unknown=3", "?", "", "?%%%&&=&=3", "?shown_type="],
)  # fmt: skip
def test_unreadable_entries_are_left_out(query):
    assert state_of(query) == {}
    assert state_of(query + "&time=10")["time"] == 10.0


def test_a_long_selection_makes_no_link(library):
    session = Session(library, selected=list(range(LONGEST_SELECTION + 1)))
    assert "selected" not in query_of(session)
    session.choose(selected=list(range(LONGEST_SELECTION)))
    assert "selected=0,1,2," in query_of(session)
