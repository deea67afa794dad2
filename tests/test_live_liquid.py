"""The live liquid: its physics, its thread, and how many may run at once."""

import threading
import time

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError, Refused
from glassviz.interactions.neighbours import neighbour_pairs
from glassviz.live.liquid import NUMBER, SEGMENT, LiveLiquid
from glassviz.live.runner import AHEAD, Runner, Seats
from tests.liquids import block_error


@pytest.fixture(scope="module")
def liquid():
    return LiveLiquid(gv.KA2D, 0.6, seed=3)


def closest(configuration):
    """Smallest distance of a pair, as a share of its sigma."""
    pairs, distances = neighbour_pairs(configuration, 1.5)
    sigma = np.array(gv.KA2D.sigma)
    return (distances / sigma[tuple(configuration.types[pairs].T - 1)]).min()


def test_composition_density_and_box(liquid):
    present = liquid.configuration
    gv.KA2D.check(present)
    assert present.number == NUMBER
    assert np.bincount(present.types)[1:].tolist() == gv.KA2D.counts(NUMBER).tolist()
    assert present.box.min() > 2 * gv.KA2D.largest_cutoff


@pytest.mark.parametrize("temperature", [0.2, 0.6, 2.0])
def test_no_overlaps_after_a_restart(temperature):
    liquid = LiveLiquid(gv.KA2D, temperature, seed=11)
    # Two particles come closer than this only with exp(-V / T) below 1e-9 at the highest of these temperatures.
    assert closest(liquid.configuration) > 0.75
    before = liquid.configuration.positions
    liquid.restart()
    assert closest(liquid.configuration) > 0.75
    assert np.abs(liquid.configuration.positions - before).max() > 1
    assert (liquid.time, liquid.moment().mean_kept, liquid.moment().moved.max()) == (0, 1, 0)
    liquid.advance(50)


def test_energy_changes_only_by_what_thermostat_and_exchanges_give(liquid):
    liquid.advance(20)
    start = liquid.invariant()
    liquid.advance(400)
    # The error of Verlet, per particle, over t = 40; the thermostat itself has moved far more.
    assert abs(liquid.invariant() - start) / NUMBER < 2e-3
    liquid.exchanging = True
    start, types = liquid.invariant(), liquid.configuration.types
    liquid.advance(100)
    liquid.exchanging = False
    assert abs(liquid.invariant() - start) / NUMBER < 2e-3
    assert (liquid.configuration.types != types).any()
    assert sorted(liquid.configuration.types) == sorted(types)


@pytest.mark.parametrize("exchanging", [False, True])
def test_the_velocities_have_the_temperature_that_was_set(exchanging):
    liquid = LiveLiquid(gv.KA2D, 1.0, seed=5)
    liquid.exchanging = exchanging
    liquid.temperature = 0.5
    liquid.advance(200)
    series = []
    for _ in range(1500):
        liquid.advance(1)
        series.append(2 * liquid._moving.kinetic_energy() / liquid._moving.freedom)
    error = block_error(series)
    assert error < 0.005
    assert abs(np.mean(series) - 0.5) < 4 * error + 1e-3
    # Canonical: the variance of the temperature is 2 T^2 / g.
    expected = 2 * 0.5**2 / liquid._moving.freedom
    assert 0.6 * expected < np.var(series) < 1.6 * expected
    assert np.abs(liquid._moving.velocities.mean(axis=0)).max() < 1e-6


def test_the_liquid_is_the_one_that_monte_carlo_samples():
    liquid = LiveLiquid(gv.KA2D, 0.8, seed=8)
    liquid.advance(300)
    moving = []
    for _ in range(120):
        liquid.advance(10)
        moving.append(liquid.moment().energy)
    chain = gv.simulation.SwapMonteCarlo(liquid.configuration, gv.KA2D, 0.8, seed=9)
    sampled = []
    for _ in range(120):
        chain.run(20)
        sampled.append(chain.energy)
    difference = np.mean(moving) - np.mean(sampled)
    assert abs(difference) < 4 * np.hypot(block_error(moving, 12), block_error(sampled, 12))


def test_exchanges_relax_a_cold_liquid_faster():
    kept = {}
    for exchanging in (False, True):
        liquid = LiveLiquid(gv.KA2D, 0.35, seed=21)
        liquid.exchanging = exchanging
        liquid.advance(2000)
        kept[exchanging] = liquid.moment().mean_kept
    assert kept[False] > 0.8
    assert kept[True] < kept[False] - 0.1


def test_bonds_count_from_the_mark(liquid):
    liquid.temperature = 2.0
    liquid.mark()
    liquid.advance(200)
    late = liquid.moment()
    assert late.mean_kept < 0.8
    assert late.since_mark == pytest.approx(200 * SEGMENT * 0.01)
    expected = gv.dynamics.bond_breaking_propensity(liquid._marked, late.configuration.positions[None, None], gv.KA2D)
    np.testing.assert_array_equal(late.kept, expected[0])
    liquid.mark()
    assert liquid.moment().mean_kept == 1
    assert liquid.moment().moved.max() == 0


def test_a_quench_ends_in_a_minimum(liquid):
    before = liquid.moment().energy
    liquid.quench()
    after = liquid.moment()
    assert after.energy < before - 0.1
    assert np.abs(gv.simulation.forces(after.configuration, gv.KA2D)).max() < 1e-6


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_impossible_temperatures(liquid, temperature):
    with pytest.raises(InputError, match="temperature"):
        liquid.temperature = temperature


# Threads -------------------------------------------------------------------------------------------------------------


class Watched:
    """A Runner with what it has shown and said; it draws at once unless it is hidden."""

    def __init__(self, seats, who="somebody", **options):
        self.moments, self.sentences, self.hidden = [], [], False
        make = lambda: LiveLiquid(gv.KA2D, 1.0, number=129)  # noqa: E731
        self.runner = Runner(make, who, self.show, self.sentences.append, seats, **options)

    def show(self, moment):
        self.moments.append(moment)
        if not self.hidden:
            self.runner.acknowledge(self.runner.frames)

    def until(self, condition):
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.01)


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "live liquid"]


@pytest.fixture
def watched():
    found = Watched(Seats(2))
    yield found
    found.runner.stop()
    found.until(lambda: not threads())


def test_it_runs_and_pauses(watched):
    watched.runner.start()
    watched.until(lambda: len(watched.moments) > 5)
    assert watched.moments[5].time > watched.moments[0].time
    watched.runner.stop()
    watched.until(lambda: not threads())
    time_then = watched.runner.liquid.time
    time.sleep(0.1)
    assert watched.runner.liquid.time == time_then
    watched.runner.do(lambda liquid: liquid.mark())
    assert watched.moments[-1].since_mark == 0
    watched.runner.start()
    watched.until(lambda: watched.moments[-1].time > time_then)


def test_who_asks_waits_neither_for_a_step_nor_for_the_liquid(watched):
    made, make = threading.Event(), watched.runner._make
    watched.runner._make = lambda: made.wait(20) and make()
    watched.runner.start()
    # The liquid is still being made.
    watched.runner.do(lambda liquid: setattr(liquid, "temperature", 0.7))
    assert watched.moments == []
    made.set()
    watched.until(lambda: watched.moments)
    watched.until(lambda: watched.runner.liquid.temperature == 0.7)
    # A step is under way, and the last one.
    with watched.runner._lock:
        thread = threading.Thread(target=lambda: watched.runner.do(lambda liquid: liquid.mark()))
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
        watched.runner.stop()
    watched.until(lambda: watched.moments[-1].since_mark == 0)
    watched.until(lambda: not threads())


def test_time_stops_in_a_page_that_does_not_draw(watched):
    watched.hidden = True
    watched.runner.start()
    watched.until(lambda: len(watched.moments) > AHEAD)
    # The last picture again and again, but no time passes.
    assert watched.moments[-1] is watched.moments[AHEAD - 1]
    assert watched.runner.liquid.time == watched.moments[-1].time
    watched.hidden = False
    watched.until(lambda: watched.moments[-1].time > 2 * watched.moments[AHEAD].time)


def test_it_ends_without_input():
    watched = Watched(Seats(1), idle=0.3)
    watched.runner.start()
    watched.until(lambda: watched.sentences)
    assert "without input" in watched.sentences[0]
    watched.until(lambda: not threads())


def test_seats_are_limited_and_come_back():
    seats = Seats(2)
    first, second, third = (Watched(seats, name) for name in "abc")
    first.runner.start()
    second.runner.start()
    with pytest.raises(Refused, match="2 liquids of other visitors"):
        third.runner.start()
    assert not third.runner.running
    # The same visitor again: the liquid of the first page ends.
    again = Watched(seats, "a")
    again.runner.start()
    assert "Another page" in first.sentences[0]
    assert not first.runner.running
    assert len(seats) == 2
    second.runner.stop()
    third.runner.start()
    for one in (third, again):
        one.runner.stop()
    third.until(lambda: not threads())
    assert len(seats) == 0
