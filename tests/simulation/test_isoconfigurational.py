import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import Cancelled, InputError
from tests.liquids import liquid

TIMES = [0.1, 0.5, 2.0]


def run(replicas, **options):
    return gv.simulation.isoconfigurational(liquid(), gv.KA2D, 0.8, TIMES, replicas, seed=11, **options)


def test_replicas_do_not_depend_on_chunks_or_threads():
    together = run(5, threads=2)
    assert together.shape == (3, 5, 129, 2)
    alone = run([3], threads=1)
    np.testing.assert_array_equal(together[:, 3], alone[:, 0])
    np.testing.assert_array_equal(together[:, [4, 1]], run([4, 1], threads=2))
    assert np.abs(together[:, 0] - together[:, 1]).max() > 0.1


def test_a_run_to_several_times_is_one_run():
    again = gv.simulation.isoconfigurational(liquid(), gv.KA2D, 0.8, [2.0], 2, seed=11)
    np.testing.assert_array_equal(run(2)[-1], again[0])


def test_short_time_motion_is_ballistic():
    runs = gv.simulation.isoconfigurational(liquid(), gv.KA2D, 0.8, [0.01], 64, seed=1)
    squared = ((runs[0] - liquid().positions) ** 2).sum(axis=2).mean()
    # <|r(t) - r(0)|^2> = d T t^2 (1 - 1/N) for zero total momentum.
    assert squared == pytest.approx(2 * 0.8 * 0.01**2 * (1 - 1 / 129), rel=0.06)


def test_progress_counts_steps_and_can_cancel():
    calls = []
    run(2, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (400, 400)

    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        run(4, progress=stop)


@pytest.mark.parametrize(
    ("times", "replicas", "options", "word"),
    [
        ([0.105], 2, {}, "multiple of the time step"),
        ([2, 1], 2, {}, "increasing"),
        ([-1], 2, {}, "from 0 on"),
        ([], 2, {}, "times"),
        ([1], 0, {}, "replicas"),
        ([1], 2, {"device": "abacus"}, "device"),
    ],
)
def test_impossible_requests_are_refused(times, replicas, options, word):
    with pytest.raises(InputError, match=word):
        gv.simulation.isoconfigurational(liquid(), gv.KA2D, 0.8, times, replicas, **options)
    with pytest.raises(InputError, match="temperature"):
        gv.simulation.isoconfigurational(liquid(), gv.KA2D, -0.8, TIMES, 2)
