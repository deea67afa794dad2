"""Swap Monte Carlo of many independent chains on the device."""

import numpy as np

from glassviz.configuration import Configuration
from glassviz.errors import GlassvizError, InputError
from glassviz.simulation.gpu.batch import Batch, check_alike, in_batches, is_double
from glassviz.simulation.gpu.device import open_device
from glassviz.simulation.gpu.layout import (
    BLOCK_BYTES,
    LIQUID,
    KernelShape,
    fixed_point,
    floating,
    liquid_of,
    storage_order,
)
from glassviz.simulation.molecular_dynamics import check_positive

SKIN = 0.3
SWEEPS_PER_LAUNCH = 20
WARP = 32

MUTABLE = ("position", "reference", "type", "member", "list", "count", "counts", "ready")
RUN = [
    ("liquid", LIQUID),
    *[(name, "<i8") for name in ("attempts", "first_attempt", "seed", "exchanges")],
    *[(name, "<f8") for name in ("temperature", "max_displacement", "swap_fraction")],
    *[(name, "<u8") for name in ("position", "reference", "type", "member", "first", "exchange", "list", "count")],
    *[(name, "<u8") for name in ("cell_count", "cell_member", "counts", "status", "ready", "energy", "name")],
]


class SwapChains(Batch):
    """Markov chains at constant N, V, T that run side by side, each the chain of SwapMonteCarlo.

    A chain is one block of one warp and strictly sequential: every attempt is a Metropolis step
    min(1, exp(-dU / T)) with a symmetric proposal, the lanes only share the sum over neighbours. So detailed balance
    holds as on the processor; moves made at once on a checkerboard would need its cells, and exchanges over any
    distance, to be kept apart. Speed comes from some two thousand chains at once.

    The random numbers of an attempt are Philox words of (seed, chain, attempt) alone.
    names : number of each chain k in its random numbers (default 0, 1, ...)
    precision : of energy differences, "float32" (error some 1e-6 of a pair energy) or "float64"
    Raises InputError for an impossible temperature, step, fraction or seed.
    Source: Ninarello, Berthier, Coslovich, PRX 7, 021039 (2017).
    """

    mutable = MUTABLE
    _cells_in_global_memory = True

    def __init__(
        self,
        configurations,
        system,
        temperature,
        seed=0,
        device="cuda",
        max_displacement=0.12,
        swap_fraction=0.2,
        names=None,
        precision="float32",
        kernel=None,
    ):
        check_positive(temperature=temperature, max_displacement=max_displacement)
        check_alike(configurations, system)
        first = configurations[0]
        if max_displacement >= first.box.min() / 2:
            raise InputError(f"max_displacement is {max_displacement}, expected less than half the box")
        if not 0 <= swap_fraction <= 1:
            raise InputError(f"swap_fraction is {swap_fraction}, expected 0..1")
        if not 0 <= seed < 2**64:
            raise InputError(f"seed is {seed}, expected 0 to 2^64 - 1")
        self.temperature = float(temperature)
        self._moves = float(max_displacement), float(swap_fraction), np.uint64(seed).view(np.int64)
        self._box, self._dimension = first.box, first.dimension
        self.double, self.attempts_done = is_double(precision), 0
        exchanges = system.exchanges_among(first.types) if swap_fraction else []
        self._exchanges = len(exchanges)
        self._choose_kernel(first.number, open_device(device), kernel)
        extra = max_displacement * first.dimension**0.5
        self.liquid = liquid_of(first, system, SKIN, self.double, extra)
        names = np.arange(len(configurations)) if names is None else np.asarray(names)
        order, arrays = self._start(configurations, names.astype(np.int64), exchanges, system.types)
        self._load(self.device, self.liquid, order, arrays)

    def _choose_kernel(self, number, device, kernel):
        self.device = device
        point = (16 if self._dimension == 2 else 24) if self.double else (8 if self._dimension == 2 else 16)
        bytes_ = BLOCK_BYTES + number * (point + 3)
        small = kernel != "global" and number <= 2**16 and bytes_ <= device.shared_memory
        self.kernel = "chains_shared" if small else "chains_global"
        blocks = min(16, device.shared_per_multiprocessor // (bytes_ + 1024)) if small else 16
        self.shape = KernelShape(WARP, max(1, blocks), shared_bytes=bytes_ if small else BLOCK_BYTES)

    def _shape_for(self, liquid):
        """Lists lie in global memory: more room changes no kernel."""

    def _list_shape(self):
        return len(self._order), self.liquid.number, self.liquid.capacity

    def _start(self, configurations, names, exchanges, types):
        rows, number = len(configurations), configurations[0].number
        counts = np.bincount(configurations[0].types - 1, minlength=types)
        self._order = np.stack([storage_order(configuration) for configuration in configurations])
        points, kinds = [], []
        for configuration, order in zip(configurations, self._order, strict=True):
            if (np.bincount(configuration.types - 1, minlength=types) != counts).any():
                raise InputError("the configurations of a batch differ in composition, expected the same for all")
            points.append(fixed_point(configuration.positions[order], self._box, self.double)[0])
            kinds.append((configuration.types[order] - 1).astype(np.uint8))
        points = np.stack(points)
        return self._order, {
            "position": points,
            "reference": np.zeros_like(points),
            "type": np.stack(kinds),
            # Particles are stored by type.
            "member": np.tile(np.arange(number, dtype=np.int32), (rows, 1)),
            "first": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            "exchange": np.array(exchanges, dtype=np.int32).reshape(-1, 2) - 1,
            "list": np.zeros(self._list_shape(), np.int32),
            "count": np.zeros((rows, number), np.int32),
            "counts": np.zeros((rows, 4), np.int64),
            "status": np.zeros(rows, np.uint32),
            "ready": np.zeros(rows, np.int64),
            "energy": np.zeros(rows),
            "name": names,
        }

    def run(self, sweeps, progress=None):
        """Attempt `sweeps` times N moves in every chain; progress(sweeps done, sweeps in all) may raise Cancelled."""
        if sweeps < 0:
            raise InputError(f"sweeps is {sweeps}, expected 0 or more")
        for done in range(0, sweeps, SWEEPS_PER_LAUNCH):
            chunk = min(SWEEPS_PER_LAUNCH, sweeps - done)
            self._launch(chunk * self.liquid.number)
            if progress is not None:
                progress(done + chunk, sweeps)

    def _launch(self, attempts):
        def run():
            record = np.zeros((), RUN)
            self._point(record)
            record["attempts"], record["first_attempt"] = attempts, self.attempts_done
            record["temperature"], record["exchanges"] = self.temperature, self._exchanges
            record["max_displacement"], record["swap_fraction"], record["seed"] = self._moves
            self.device.launch(self.kernel, record, self.shape, len(self._order), 1, self.liquid.variant)

        self._guarded(run)
        self.attempts_done += attempts

    @property
    def configurations(self):
        """The present states, positions in [0, L)."""
        positions = floating(self._in_order("position"), 0, self._box, self.double)
        types = self._in_order("type").astype(np.int64) + 1
        return [Configuration(r, kinds, self._box) for r, kinds in zip(positions, types, strict=True)]

    @property
    def energies(self):
        """Potential energy per particle of every chain, (chains,)."""
        self._launch(0)
        energies = self.device.download(self._arrays["energy"])
        if not np.isfinite(energies).all() and self.attempts_done:
            raise GlassvizError("a chain's energy is not finite: particles still overlap")
        return energies

    @property
    def acceptance(self):
        """Accepted fractions of displacements and exchanges of every chain, (chains, 2); nan where none was tried."""
        counts = self.device.download(self._arrays["counts"])
        return np.divide(
            counts[:, 1::2], counts[:, ::2], out=np.full((len(counts), 2), np.nan), where=counts[:, ::2] > 0
        )


def swap_monte_carlo_chains(
    configurations, system, temperature, sweeps, seed=0, device="cuda", progress=None, batch=None, **options
):
    """The configurations after `sweeps` sweeps of N attempted moves each (see SwapChains), a list.

    Chain k is that of configuration k. A batch that does not fit the device's memory is halved until it does.
    progress : called as progress(sweeps done, sweeps in all), summed over chains; may raise Cancelled
    """
    device, result, total = open_device(device), [None] * len(configurations), sweeps * len(configurations)

    def work(begin, size):
        part = slice(begin, begin + size)
        chains = SwapChains(
            configurations[part], system, temperature, seed, device, names=range(begin, begin + size), **options
        )
        chains.run(sweeps, progress and (lambda done, _: progress(begin * sweeps + done * size, total)))
        result[part] = chains.configurations

    in_batches(device, len(configurations), batch, work)
    return result
