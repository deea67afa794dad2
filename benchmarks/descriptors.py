"""Descriptors of a large box: seconds and memory at N = 82,560, beside k-d tree and NumPy, and cells beside voro++.

    python benchmarks/descriptors.py [--copies 8] [--sample 300]

The box is an embedded inherent structure repeated; on one core. The peer sums the same weights over neighbours that
SciPy's cKDTree finds, vectorised over the neighbours of a particle, for a sample of particles, and is scaled up; its
values are compared. pyvoro (extra `voro`) builds the cells of the small box, where it is installed.
"""

import argparse
import resource
import time

import numpy as np
from scipy.spatial import cKDTree

import glassviz as gv
from glassviz.configuration import tile
from glassviz.dataset import EMBEDDED
from glassviz.structure import CUTOFF, LENGTHS, glassmlp_descriptors, radical_cells


def timed(function):
    """(result, seconds) of a call."""
    start = time.perf_counter()
    return function(), time.perf_counter() - start


def tree_densities(configuration, particles):
    """Density descriptors of some particles, (n, lengths, types + 1), by cKDTree and NumPy."""
    wrapped = configuration.wrap()
    tree = cKDTree(wrapped.positions % configuration.box, boxsize=configuration.box)
    lengths, kinds = np.array(LENGTHS[1:]), gv.KA2D.types
    result = np.zeros((len(particles), len(LENGTHS), kinds + 1))
    for row, i in enumerate(particles):
        near = np.array(tree.query_ball_point(tree.data[i], CUTOFF))
        step = tree.data[near] - tree.data[i]
        distance = np.linalg.norm(step - configuration.box * np.round(step / configuration.box), axis=1)
        weights = np.exp(-distance[:, None] / lengths)
        for kind in range(kinds):
            own = configuration.types[near] == kind + 1
            result[row, 1:, kind] = weights[own].sum(axis=0)
        result[row, 0, configuration.types[i] - 1] = 1
        result[row, :, kinds] = result[row, :, :kinds].sum(axis=1)
    return result


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=8)
    parser.add_argument("--sample", type=int, default=300)
    arguments = parser.parse_args()
    small = gv.open(EMBEDDED / "ka2d")[0.4].inherent[0]
    glassmlp_descriptors(small, gv.KA2D)
    large = tile(small, arguments.copies)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, seconds = timed(lambda: glassmlp_descriptors(large, gv.KA2D))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"N = {large.number}: {found.shape[1]} descriptors in {seconds:.1f} s, {memory / 1e6:.2f} GB in all")
    print(f"  (process before: {before / 1e6:.2f} GB)")
    _, cells = timed(lambda: radical_cells(large, gv.KA2D))
    print(f"  of it radical cells {cells:.1f} s")
    (_, density) = timed(lambda: glassmlp_descriptors(large, gv.KA2D, observables=("density",)))
    particles = np.random.default_rng(0).choice(large.number, arguments.sample, replace=False)
    expected, sampled = timed(lambda: tree_densities(large, particles))
    own = found[particles, : expected[0].size].reshape(expected.shape)
    np.testing.assert_allclose(own, expected, rtol=1e-9, atol=1e-12)
    peer = sampled * large.number / arguments.sample
    print(f"density alone: {density:.1f} s, cKDTree and NumPy {peer:.0f} s by a sample; ratio {peer / density:.0f}")
    try:
        import pyvoro
    except ImportError:
        print("pyvoro is not installed")
        return
    wrapped, limits = small.wrap(), [[0.0, edge] for edge in small.box]
    radii = gv.KA2D.radii[small.types - 1]
    _, own = timed(lambda: radical_cells(small, gv.KA2D))
    _, voro = timed(lambda: pyvoro.compute_2d_voronoi(wrapped.positions, limits, 2.0, radii=radii, periodic=[True] * 2))
    print(f"radical cells, N = {small.number}: {own * 1e3:.0f} ms, pyvoro {voro * 1e3:.0f} ms; ratio {voro / own:.1f}")


if __name__ == "__main__":
    main()
