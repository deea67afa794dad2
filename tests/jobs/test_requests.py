"""Parameters of every task: whatever a form or a script sends is taken or named in one sentence."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassviz.access import TASKS, Visitor
from glassviz.errors import GlassvizError
from glassviz.jobs import REQUESTS, request_of
from glassviz.jobs.estimates import estimate, simulation_time

odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["cpu", "../x", "\0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)

ANNA = Visitor("anna", "student")


def outcome(call):
    """(What it returns, "") or (None, the sentence); any other error is a failure."""
    try:
        return call(), ""
    except GlassvizError as error:
        return None, str(error)


@pytest.mark.parametrize("task", REQUESTS)
def test_every_task_is_one_that_roles_know_and_explains_its_fields(task):
    kind = REQUESTS[task]
    assert task in TASKS
    assert kind.summary.endswith(".")
    for name in kind.form:
        assert kind.param[name].label, name
    plain = kind()
    assert plain.arguments() == {}


@pytest.mark.parametrize("task", REQUESTS)
@given(data=st.data())
@settings(derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_is_taken_or_named(task, data):
    name = data.draw(st.sampled_from(REQUESTS[task].names()))
    value = data.draw(odd)
    request, sentence = outcome(lambda: request_of(task, {name: value}, ANNA))
    if request is None:
        assert sentence.startswith(f"{name} is ")
        assert ", expected " in sentence
        assert "\n" not in sentence
        return
    # What was taken is told as JSON and comes back the same.
    again = request_of(task, json.loads(json.dumps(request.arguments())))
    assert again.arguments() == request.arguments()


@pytest.mark.parametrize("task", REQUESTS)
@given(data=st.data())
@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_whole_form_of_odd_values_is_checked_in_one_sentence(task, data, home):
    chosen = data.draw(st.lists(st.sampled_from(REQUESTS[task].names()), max_size=3, unique=True))
    arguments = {name: data.draw(odd) for name in chosen}
    checked, sentence = outcome(lambda: request_of(task, arguments, ANNA).check() or True)
    assert checked or (sentence and "\n" not in sentence)


def test_estimates_grow_with_the_work(home):
    small = {"number": 258, "train": 1, "validation": 0, "test": 0, "cycles": 100}
    times = [
        simulation_time(request_of("simulate", {**small, **more}))
        for more in ({}, {"train": 3}, {"temperature": 0.35}, {"until": 0.9}, {"until": None})
    ]
    # More configurations take longer, colder ones too; fewer labels take less, none least.
    assert times[4] < times[3] < times[0] < times[1]
    assert times[0] < times[2]


def test_a_trial_says_how_long_a_training_takes_and_leaves_nothing(home):
    where = {"data": [str(home / "data" / "small")], "temperature": 0.8}
    before = sorted(path.name for path in (home / "models").glob("*")) if (home / "models").exists() else []
    quick, whole = (
        estimate(request_of("train", {**where, "schedule": schedule, "overwrite": True}))
        for schedule in ("quick", "published")
    )
    assert 0 < quick < whole
    after = sorted(path.name for path in (home / "models").glob("*")) if (home / "models").exists() else []
    assert after == before
    with pytest.raises(GlassvizError, match=r"temperature 0.7 is not in the data set"):
        estimate(request_of("train", {**where, "temperature": 0.7}))
