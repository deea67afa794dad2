"""Where the kernels run: a CUDA GPU through CuPy, or the same source compiled for the processor."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
import weakref
from functools import cache
from pathlib import Path

import numpy as np

from glassviz.errors import GlassvizError, InputError

SOURCE = Path(__file__).with_name("kernels.cu")
INSTALL = "pip install 'glassviz[cuda13]' (or 'glassviz[cuda12]' for a CUDA 12 driver)"
DEVICES = ("cpu", "cuda")


class DeviceMemoryError(GlassvizError, MemoryError):
    """The device has no room for a batch; callers try a smaller one."""


def open_device(name):
    """The device called `name`: "cuda", or "cuda-emulated", the kernels on the processor, which serves the tests.

    Raises InputError when there is no such device, or neither CuPy nor a GPU where one is needed.
    """
    if isinstance(name, CudaDevice | EmulatedDevice):
        return name
    if name == "cuda":
        return CudaDevice()
    if name == "cuda-emulated":
        return EmulatedDevice()
    raise InputError(f"device is {name!r}, expected one of {', '.join(map(repr, DEVICES))}")


def found_gpu():
    """(True, name of the GPU) or (False, one sentence that says what is missing)."""
    try:
        return True, CudaDevice().describe()
    except GlassvizError as error:
        return False, str(error)


class CudaDevice:
    """The current CUDA device of CuPy."""

    def __init__(self):
        try:
            import cupy
        except ImportError as error:
            raise InputError(f"device 'cuda' needs CuPy ({error}): {INSTALL}") from None
        self.cupy = cupy
        try:
            count = cupy.cuda.runtime.getDeviceCount()
        except cupy.cuda.runtime.CUDARuntimeError as error:
            raise InputError(f"device 'cuda' needs an NVIDIA GPU and its driver: {error}") from None
        if count == 0:
            raise InputError("device 'cuda' needs an NVIDIA GPU, and CuPy found none")
        attributes = cupy.cuda.Device().attributes
        self.multiprocessors = attributes["MultiProcessorCount"]
        self.shared_memory = attributes["MaxSharedMemoryPerBlockOptin"]
        self.shared_per_multiprocessor = attributes["MaxSharedMemoryPerMultiprocessor"]
        self.team_limit = None
        self._kernels = {}

    def describe(self):
        """Name and memory of the GPU."""
        properties = self.cupy.cuda.runtime.getDeviceProperties(self.cupy.cuda.Device().id)
        return f"{properties['name'].decode()}, {properties['totalGlobalMem'] / 2**30:.0f} GiB"

    def upload(self, values):
        """A copy on the device; DeviceMemoryError when it has no room."""
        try:
            return self.cupy.array(values)
        except self.cupy.cuda.memory.OutOfMemoryError as error:
            raise DeviceMemoryError(f"the GPU has no room for {np.size(values)} numbers: {error}") from None

    def copy(self, array):
        """A second copy on the device."""
        return self.upload(array)

    def download(self, array):
        """A NumPy copy, once everything before is done."""
        return self.cupy.asnumpy(array)

    def pointer(self, array):
        """Address on the device."""
        return array.data.ptr

    def release(self):
        """Give cached memory back before a smaller batch is tried."""
        self.cupy.get_default_memory_pool().free_all_blocks()

    def resident_blocks(self, name, shape, variant):
        """Blocks of a kernel that are resident on the device at once."""
        kernel = self._kernel(name, shape, variant)
        each = self.cupy.cuda.driver.occupancyMaxActiveBlocksPerMultiprocessor(
            kernel.kernel.ptr, shape.threads, shape.shared_bytes
        )
        return each * self.multiprocessors

    def launch(self, name, arguments, shape, blocks, together, variant):
        """Run `blocks` blocks of a kernel; teams, of which `together` is the size, are launched cooperatively."""
        kernel = self._kernel(name, shape, variant)
        record = self.upload(np.frombuffer(arguments.tobytes(), np.uint8))
        kernel((blocks,), (shape.threads,), (record,), shared_mem=shape.shared_bytes)

    def _kernel(self, name, shape, variant):
        key = name, shape, variant
        if key not in self._kernels:
            try:
                module = self.cupy.RawModule(
                    code=SOURCE.read_text(),
                    options=shape.options(name, variant),
                    enable_cooperative_groups=name == "replicas_team",
                )
                kernel = module.get_function(name)
                kernel.max_dynamic_shared_size_bytes = shape.shared_bytes
                kernel.preferred_shared_memory_carveout = 100 if name.endswith("shared") else -1
            except (self.cupy.cuda.compiler.CompileException, RuntimeError, OSError) as error:
                # Without NVRTC, which the toolkit or the extra "ctk" of CuPy's package brings, nothing can be compiled.
                raise GlassvizError(f"the GPU kernel {name} could not be compiled or loaded: {error}") from None
            self._kernels[key] = kernel
        return self._kernels[key]


class EmulatedDevice:
    """The kernels on the processor: GPU threads become `threads` host threads a block, one after another by default.

    warp : host threads that are one warp; `threads` is a multiple of it
    team_limit : blocks a replica of the kernel for large boxes
    memory : bytes that arrays may take together (None: no limit)
    """

    multiprocessors = 1
    shared_memory = 232_448
    shared_per_multiprocessor = 233_472

    def __init__(self, threads=1, warp=1, team_limit=1, memory=None):
        self.threads, self.warp, self.team_limit, self.memory, self._used = threads, warp, team_limit, memory, 0

    def describe(self):
        """What computes."""
        return "the processor, emulating a GPU"

    def upload(self, values):
        """A copy; DeviceMemoryError beyond the limit."""
        values = np.array(values)
        if self.memory is not None and self._used + values.nbytes > self.memory:
            raise DeviceMemoryError(f"{self._used + values.nbytes} bytes are more than the limit of {self.memory}")
        self._count(values.nbytes)
        weakref.finalize(values, self._count, -values.nbytes)
        return values

    def _count(self, bytes_):
        self._used += bytes_

    copy = upload

    def download(self, array):
        """A copy."""
        return array.copy()

    def pointer(self, array):
        """Address in memory."""
        return array.ctypes.data

    def release(self):
        """Nothing is cached."""

    def resident_blocks(self, name, shape, variant):
        """No limit: as many as a team may have."""
        return 2**30

    def launch(self, name, arguments, shape, blocks, together, variant):
        """Run `blocks` blocks, `together` of them at once."""
        launch = getattr(host_library((*variant, f"-DWARP_THREADS={self.warp}")), f"launch_{name}")
        launch.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        threads = self.warp if name.startswith("chains") else self.threads
        launch(arguments.ctypes.data, blocks, together, threads, shape.shared_bytes)


def host_compiler():
    """Path of a C++ compiler, or None."""
    return shutil.which("g++") or shutil.which("clang++")


@cache
def host_library(variant):
    """The kernels compiled for the processor; the library is kept in the user's cache folder.

    variant : compiler options (see layout.Liquid.variant)

    Raises GlassvizError when no compiler is there or it fails.
    """
    from platformdirs import user_cache_path

    compiler = host_compiler()
    if compiler is None:
        raise GlassvizError("device 'cuda-emulated' needs a C++ compiler, and neither g++ nor clang++ was found")
    options = ["-std=c++20", "-O2", "-shared", "-fPIC", "-pthread", "-Wno-unknown-pragmas", *variant]
    name = hashlib.sha256(SOURCE.read_bytes() + " ".join([compiler, *options]).encode()).hexdigest()[:24]
    library = user_cache_path("glassviz") / "kernels" / f"{name}.so"
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            fresh = Path(folder) / "kernels.so"
            command = [compiler, *options, "-x", "c++", str(SOURCE), "-o", str(fresh)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise GlassvizError(f"{compiler} could not compile the kernels: {done.stderr.strip()[:400]}")
            os.replace(fresh, library)
    return ctypes.CDLL(str(library))
