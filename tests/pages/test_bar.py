"""The bar answers what a browser says, also of a page that it has not caught up with."""

from glassviz.library import Library
from glassviz.pages.bar import Bar
from glassviz.session import Session
from tests.pages.conftest import TIMES, fill


def test_a_place_beyond_the_times_stands_for_the_last(tmp_path):
    fill(tmp_path)
    session = Session(Library([tmp_path / "data"], [tmp_path / "models"]), temperature=0.8, time=10.0)
    slider = Bar(session).widgets["time"]
    slider._process_events({"value": 0})
    assert session.time == TIMES[0]
    # A browser that still shows the more numerous times of another temperature.
    slider._process_events({"value": len(TIMES) + 3})
    assert session.time == slider.value == TIMES[-1]


def test_an_option_that_is_gone_is_answered_with_what_holds(tmp_path):
    fill(tmp_path)
    session = Session(Library([tmp_path / "data"], [tmp_path / "models"]), temperature=0.8, configuration=1)
    menu, told = Bar(session).widgets["configuration"], []
    menu.param.watch(lambda event: told.append(event.new), "value", onlychanged=False)
    menu._process_events({"value": "31 · train"})
    assert session.configuration == menu.value == 1
    assert told == [1]
    menu._process_events({"value": "0 · train"})
    assert session.configuration == menu.value == 0
