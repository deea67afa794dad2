"""S_4(q) of a large box: seconds for all q < 7 at N = 82,560 on one core, beside the direct sum.

    python benchmarks/structure_factor.py [--copies 8] [--every 200] [--repeats 5]

The positions are an embedded configuration repeated and shaken, its type 1; the propensities are random, for their
values cost nothing. Both ways run on one thread. The direct sum is compiled as well; it is timed on every 200th wave
vector and scaled up, and its values there are compared. The median of several runs counts.
"""

import argparse
import statistics
import time

import numpy as np

import glassviz as gv
from glassviz.configuration import tile
from glassviz.dataset import EMBEDDED
from glassviz.wave_vectors import direct_sums, half_space, nonuniform_fft

Q_MAX = 7.0


def median_seconds(function, repeats):
    """Median time of a call, after one that compiles and plans."""
    function()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=8)
    parser.add_argument("--every", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    large, random = tile(gv.open(EMBEDDED / "ka2d")[0.4].configurations[0], arguments.copies), np.random.default_rng(0)
    positions = large.positions[large.types == 1]
    positions = positions + 0.1 * random.normal(size=positions.shape)
    halves, box = random.random((2, len(positions))), large.box

    def rings(other_half=None):
        return gv.dynamics.four_point_structure_factor(positions, halves[0], box, Q_MAX, other_half=other_half)

    vectors, _ = half_space(tuple(box), Q_MAX)
    print(
        f"N = {large.number}, {len(positions)} of type 1, L = {box[0]:.1f}: {len(vectors)} wave vectors, q < {Q_MAX:g}"
    )
    whole = median_seconds(rings, arguments.repeats)
    both = median_seconds(lambda: rings(halves[1]), arguments.repeats)
    print(f"S_4(q) in rings: {whole:.3f} s; as the product of two halves: {both:.3f} s")
    weights, some = halves[0] - halves[0].mean(), np.ascontiguousarray(vectors[:: arguments.every])
    fast = median_seconds(lambda: nonuniform_fft(positions, weights, box, vectors), arguments.repeats)
    sampled = median_seconds(lambda: direct_sums(positions, weights, box, some), arguments.repeats)
    direct = sampled * len(vectors) / len(some)
    print(f"the sums alone: {fast:.3f} s, directly {direct:.0f} s, scaled up from {len(some)} wave vectors; ", end="")
    print(f"ratio {direct / fast:.0f}")
    found = nonuniform_fft(positions, weights, box, vectors)[:: arguments.every]
    difference = np.abs(found - direct_sums(positions, weights, box, some)).max() / np.linalg.norm(weights)
    print(f"largest difference {difference:.1e} of the root of the sum of squared weights")


if __name__ == "__main__":
    main()
