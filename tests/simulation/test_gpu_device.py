"""What the device asks of CuPy, and what it says when CuPy, a GPU or memory is missing."""

import ctypes
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError
from glassviz.simulation.gpu.chains import swap_monte_carlo_chains
from glassviz.simulation.gpu.device import (
    DeviceMemoryError,
    EmulatedDevice,
    found_gpu,
    host_compiler,
    host_library,
    open_device,
)
from glassviz.simulation.gpu.ensemble import Ensemble, run_ensemble
from tests.liquids import liquid

pytestmark = pytest.mark.skipif(host_compiler() is None, reason="no C++ compiler (g++ or clang++) is here")

EMULATED = "cuda-emulated"


def test_a_batch_without_room_is_halved():
    starts = [(liquid(), 3, k) for k in range(5)]
    limit = 120_000
    halved = run_ensemble(starts, gv.KA2D, 0.8, [10, 30], EmulatedDevice(memory=limit))
    np.testing.assert_array_equal(halved, run_ensemble(starts, gv.KA2D, 0.8, [10, 30], EMULATED))
    with pytest.raises(DeviceMemoryError, match="limit"):
        Ensemble(starts, gv.KA2D, 0.8, EmulatedDevice(memory=limit)).advance(1)
    with pytest.raises(DeviceMemoryError):
        run_ensemble(starts, gv.KA2D, 0.8, [10], EmulatedDevice(memory=10_000))


class Cupy:
    """What the device asks of CuPy, on NumPy arrays, with kernels that run on the processor."""

    class Array(np.ndarray):
        @property
        def data(self):
            return SimpleNamespace(ptr=self.ctypes.data)

    def __init__(self, gpus=1, room=10**9, resident=2):
        self.gpus, self.room, self.resident, self.launches, self.freed = gpus, room, resident, [], 0
        attributes = {
            "MultiProcessorCount": 1,
            "MaxSharedMemoryPerBlockOptin": 232_448,
            "MaxSharedMemoryPerMultiprocessor": 233_472,
        }
        self.cuda = SimpleNamespace(
            runtime=SimpleNamespace(getDeviceCount=self.count, CUDARuntimeError=RuntimeError),
            memory=SimpleNamespace(OutOfMemoryError=MemoryError),
            compiler=SimpleNamespace(CompileException=ValueError),
            driver=SimpleNamespace(occupancyMaxActiveBlocksPerMultiprocessor=lambda *_: self.resident),
            Device=lambda: SimpleNamespace(attributes=attributes, id=0),
        )

    def count(self):
        if self.gpus is None:
            raise RuntimeError("no driver")
        return self.gpus

    def array(self, values):
        if np.asarray(values).nbytes > self.room:
            raise MemoryError("out of memory")
        return np.array(values).view(self.Array)

    def asnumpy(self, array):
        return np.array(array)

    def get_default_memory_pool(self):
        self.freed += 1
        return SimpleNamespace(free_all_blocks=lambda: None)

    def RawModule(self, code, options, enable_cooperative_groups):  # noqa: N802 - CuPy's name
        assert "replicas_team" in code
        variant = tuple(o for o in options if o.startswith(("-DDIM", "-DDOUBLE", "-DLINEAR")))

        class Kernel:
            kernel = SimpleNamespace(ptr=0)

            def __init__(self, name):
                self.name = name
                assert f"-D{name.upper()}" in options

            def __call__(kernel, grid, block, arguments, shared_mem):  # noqa: N805 - self is the module's
                assert f"-DTHREADS={block[0]}" in options
                assert shared_mem == kernel.max_dynamic_shared_size_bytes <= 232_448
                assert enable_cooperative_groups == (kernel.name == "replicas_team")
                self.launches.append((kernel.name, grid[0], block[0]))
                together = grid[0] if enable_cooperative_groups else 1
                launch = getattr(host_library(variant), f"launch_{kernel.name}")
                launch(ctypes.c_void_p(arguments[0].data.ptr), grid[0], together, 1, ctypes.c_long(shared_mem))

        return SimpleNamespace(get_function=Kernel)


def test_what_is_asked_of_cupy(monkeypatch):
    starts = [(liquid(), 3, k) for k in range(3)]
    expected = run_ensemble(starts, gv.KA2D, 0.8, [30], EMULATED)
    for options, launches in (
        ({}, [("replicas_shared", 3, 160)]),
        # Room for two blocks: one block a team, two replicas at once.
        ({"kernel": "team"}, [("replicas_team", 2, 256), ("replicas_team", 1, 256)]),
    ):
        monkeypatch.setitem(sys.modules, "cupy", cupy := Cupy())
        np.testing.assert_array_equal(run_ensemble(starts, gv.KA2D, 0.8, [30], "cuda", **options), expected)
        assert cupy.launches == launches
    monkeypatch.setitem(sys.modules, "cupy", cupy := Cupy(room=20_000))
    np.testing.assert_array_equal(run_ensemble(starts, gv.KA2D, 0.8, [30], "cuda"), expected)
    assert [blocks for _, blocks, _ in cupy.launches] == [1, 1, 1]
    assert cupy.freed > 3
    monkeypatch.setitem(sys.modules, "cupy", cupy := Cupy())
    there = swap_monte_carlo_chains([liquid()] * 2, gv.KA2D, 0.8, 5, device="cuda")
    here = swap_monte_carlo_chains([liquid()] * 2, gv.KA2D, 0.8, 5, device=EMULATED)
    np.testing.assert_array_equal(there[1].positions, here[1].positions)
    assert cupy.launches == [("chains_shared", 2, 32)]
    for gpus in (None, 0):
        monkeypatch.setitem(sys.modules, "cupy", Cupy(gpus=gpus))
        with pytest.raises(InputError, match="needs an NVIDIA GPU"):
            open_device("cuda")


@pytest.mark.skipif(found_gpu()[0], reason="a GPU is here")
def test_what_a_gpu_needs_is_said():
    with pytest.raises(InputError, match=r"device 'cuda' needs"):
        gv.simulation.isoconfigurational(liquid(), gv.KA2D, 1.0, [1.0], 2, device="cuda")
