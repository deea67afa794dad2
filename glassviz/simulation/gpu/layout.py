"""How a liquid is laid out on the device: list and cell capacities, kernel shapes, the records that kernels read."""

from dataclasses import dataclass, replace

import numpy as np

from glassviz.errors import InputError
from glassviz.interactions.energy import model_arguments
from glassviz.interactions.potential import K0, K1, K2, K4

MAX_TYPES = 8
SHARED_PARTICLES = 4096  # a 16-bit list entry has 12 bits for the particle
BLOCK_BYTES = 2304  # BLOCK_BYTES of kernels.cu

INTEGERS = ("number", "types", ("grid", 3), "cells", "cell_capacity", "capacity")
LIQUID = [
    *[(name, "<i8") if isinstance(name, str) else (name[0], "<i8", name[1]) for name in INTEGERS],
    ("box", "<f8", 3),
    ("cutoff2", "<f8"),
    ("constants", "<f8", 4),
    ("skin", "<f8"),
    *[(name, "<u8") for name in ("inverse_sigma2", "strength", "reach2")],
]


@dataclass(frozen=True)
class KernelShape:
    """Threads a block, blocks resident on a multiprocessor, particles a thread, bytes of shared memory a block."""

    threads: int
    blocks: int = 1
    per_thread: int = 1
    shared_bytes: int = BLOCK_BYTES

    def options(self, name, variant):
        """Compiler options that make this kernel for a liquid's `variant`."""
        numbers = {"THREADS": self.threads, "BLOCKS": self.blocks, "PER_THREAD": self.per_thread}
        words = [f"-D{key}={value}" for key, value in numbers.items()]
        # Numbers below 1e-38 matter nowhere; treating them as zero saves instructions in every pair.
        return ("-std=c++17", "-ftz=true", *variant, f"-D{name.upper()}", *words)


@dataclass(frozen=True)
class Liquid:
    """Constants of one liquid of N particles, with the room that its neighbour lists and cells are given.

    reach : (n, n) distance within which neighbours of each pair of types are listed
    """

    number: int
    box: tuple
    inverse_sigma2: np.ndarray
    strength: np.ndarray
    constants: np.ndarray
    cutoff: float
    reach: np.ndarray
    skin: float
    double: bool
    capacity: int
    cell_capacity: int

    @property
    def dimension(self):
        """Number of dimensions."""
        return len(self.box)

    @property
    def variant(self):
        """Compiler options that the liquid needs."""
        options = [f"-DDIM={self.dimension}"]
        options += ["-DDOUBLE"] if self.double else []
        return tuple(options + (["-DLINEAR"] if self.constants[1] != 0 else []))

    @property
    def grid(self):
        """Cells along each edge, at least as wide as the longest reach; more cells than particles are no use."""
        most = int(np.ceil(self.number ** (1 / self.dimension)))
        return [max(1, min(int(edge / self.reach.max()), most)) for edge in self.box]

    @property
    def cells(self):
        """Cells in all."""
        return int(np.prod(self.grid))

    @property
    def point_bytes(self):
        """Size of one position on the device."""
        return (16 if self.dimension == 2 else 24) if self.double else (8 if self.dimension == 2 else 16)

    def with_more_room(self):
        """The same liquid with lists and cells half as large again."""
        return replace(self, capacity=_even(1.5 * self.capacity), cell_capacity=_even(1.5 * self.cell_capacity))

    def with_capacity(self, capacity):
        """The same liquid with room for `capacity` neighbours, an even number."""
        return replace(self, capacity=_even(capacity))

    def shared_shape(self, device):
        """Shape of the kernel that holds a replica in shared memory, or None where it does not fit."""
        bytes_ = BLOCK_BYTES + self.number * (self.point_bytes + 2 * self.capacity)
        bytes_ += self.cells * (4 + 2 * self.cell_capacity)
        if self.number > SHARED_PARTICLES or bytes_ > device.shared_memory:
            return None
        blocks = min(8, device.shared_per_multiprocessor // (bytes_ + 1024))
        # Two blocks on a multiprocessor hide each other's barriers; 448 threads leave each 72 registers.
        most = 1024 if blocks == 1 else 512
        warps = -(-self.number // 32)
        per_thread = -(-warps // (most // 32))
        threads = 32 * -(-warps // per_thread)
        # No more blocks than leave each thread some 64 registers.
        return KernelShape(threads, max(1, min(blocks, 1024 // threads)), per_thread, bytes_)

    def record(self, pointers):
        """The record `Liquid` of kernels.cu."""
        record = np.zeros((), LIQUID)
        for name in ("number", "cells", "cell_capacity", "capacity", "constants", "skin"):
            record[name] = getattr(self, name)
        record["types"], record["cutoff2"] = len(self.reach), self.cutoff**2
        record["grid"][: self.dimension], record["box"][: self.dimension] = self.grid, self.box
        for name in ("inverse_sigma2", "strength", "reach2"):
            record[name] = pointers[name]
        return record

    @property
    def tables(self):
        """The arrays (n, n) to which the record points."""
        return {"inverse_sigma2": self.inverse_sigma2, "strength": self.strength, "reach2": self.reach**2}


def liquid_of(configuration, system, skin, double=False, extra=None):
    """Layout for configurations like this one.

    skin : how much farther than the cutoff neighbours are listed, so that lists last
    extra : farthest trial move of Monte Carlo; every pair of types then has the longest reach, for types change

    Raises InputError when the system has too many types or its pairs are no multiples of one function of r / sigma.
    """
    _, box, table = model_arguments(configuration, system)
    sigma, strength = np.array(system.sigma), 4 * np.array(system.epsilon)
    if len(sigma) > MAX_TYPES:
        raise InputError(f"{system.name} has {len(sigma)} types, expected at most {MAX_TYPES} on a GPU")
    scaled = np.stack([table[..., c] * sigma**p / strength for c, p in ((K0, 0), (K1, 1), (K2, 2), (K4, 4))], axis=-1)
    if not np.allclose(scaled, scaled[0, 0], rtol=1e-9, atol=1e-12):
        raise InputError(f"{system.name}'s pair potentials differ by more than sigma and epsilon: not for the GPU")
    cutoff = system.cutoff * sigma
    reach = cutoff + skin if extra is None else np.full_like(cutoff, cutoff.max() + skin + extra)
    share = np.bincount(configuration.types - 1, minlength=len(sigma)) / configuration.number
    ball = np.pi if len(box) == 2 else 4 / 3 * np.pi
    listed = configuration.density * ball * (reach ** len(box) @ share).max()
    liquid = Liquid(
        configuration.number, box, sigma**-2.0, strength, scaled[0, 0], system.cutoff, reach, skin, double, 2, 2
    )
    held = configuration.number / liquid.cells
    # Density fluctuates less in a liquid than in a gas; where this room does not suffice, the run is given more.
    return replace(liquid, capacity=_even(listed + 2 * listed**0.5), cell_capacity=_even(held + 4 * held**0.5 + 2))


def _even(number):
    return 2 * int(np.ceil(number / 2))


def fixed_point(positions, box, double):
    """Positions (..., d) as fractions of the box, padded as the kernels expect, and box images (..., d)."""
    scaled = positions / box
    images = np.floor(scaled)
    fractions = scaled - images
    bits, word = (64, np.uint64) if double else (32, np.uint32)
    whole = np.rint(np.ldexp(fractions, min(bits, 53))).astype(np.uint64)
    # What rounds up to the whole edge is the next image's zero.
    over = whole >> np.uint64(min(bits, 53)) != 0
    whole = np.where(over, np.uint64(0), whole)
    points = whole << np.uint64(bits - 53) if double else whole
    return pad(points.astype(word), double), (images + over).astype(np.int32)


def pad(points, double):
    """Three coordinates of 32 bits take four words."""
    if double or points.shape[-1] == 2:
        return np.ascontiguousarray(points)
    return np.concatenate([points, np.zeros((*points.shape[:-1], 1), points.dtype)], axis=-1)


def floating(points, images, box, double):
    """Unwrapped positions (..., d) in float64."""
    dimension = len(box)
    return (np.ldexp(points[..., :dimension].astype(np.float64), -64 if double else -32) + images) * box


def storage_order(configuration):
    """Particle numbers by type and then along strips of the box: lanes of a warp do alike and read nearby memory."""
    wrapped = configuration.wrap().positions
    strips = [np.floor(wrapped[:, k] / 2.0).astype(int) for k in range(1, configuration.dimension)]
    return np.lexsort([wrapped[:, 0], *strips, configuration.types])
