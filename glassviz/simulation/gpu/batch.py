"""What replicas and chains have in common: arrays on the device, launches that are repeated with more room."""

import numpy as np

from glassviz.errors import GlassvizError, InputError
from glassviz.simulation.gpu.device import DeviceMemoryError

# Status bits of kernels.cu.
BLEW_UP, LIST_FULL, CELL_FULL = 1, 2, 4


class Batch:
    """Systems of the same N, box and composition that one kernel works on together.

    A subclass sets `mutable`, the arrays that a launch changes, and `_shape_for(liquid)`.
    """

    mutable = ()

    def _load(self, device, liquid, order, arrays):
        self.device, self.liquid, self._order = device, liquid, order
        self._arrays = {name: device.upload(values) for name, values in arrays.items()}
        self._tables = {name: device.upload(values) for name, values in liquid.tables.items()}
        self._make_cells()

    def _make_cells(self):
        cells = self.liquid.cells if self._cells_in_global_memory else 0
        self._cells = {
            "cell_count": self.device.upload(np.zeros((len(self._order), cells), np.int32)),
            "cell_member": self.device.upload(np.zeros((len(self._order), cells, self.liquid.cell_capacity), np.int32)),
        }

    def _point(self, record, begin=0):
        """Write the liquid and the addresses of all arrays, from system `begin` on, into a kernel's record."""
        pointer = self.device.pointer
        record["liquid"] = self.liquid.record({name: pointer(array) for name, array in self._tables.items()})
        for name, array in self._arrays.items():
            record[name] = pointer(array[begin:])
        for name, array in self._cells.items():
            record[name] = pointer(array)

    def take(self, other, names):
        """Work on these arrays of another batch, of the same particles in the same order; lists are made anew."""
        self._arrays |= {name: other._arrays[name] for name in names}
        self._arrays["ready"][:] = 0

    def _guarded(self, run):
        """Call run(); where a list or a cell overflowed, set everything back, give more room, and call it again."""
        backup = {name: self.device.copy(self._arrays[name]) for name in self.mutable}
        while True:
            run()
            status = int(np.bitwise_or.reduce(self.device.download(self._arrays["status"])))
            if not status & (LIST_FULL | CELL_FULL):
                return status
            self._give_more_room(backup)

    def _give_more_room(self, backup):
        if self.liquid.capacity > self.liquid.number and self.liquid.cell_capacity > self.liquid.number:
            raise GlassvizError("a neighbour list overflowed although it has room for every particle")
        self.liquid = self.liquid.with_more_room()
        self._shape_for(self.liquid)
        before = self.device.download(backup["list"])
        wider = np.zeros(self._list_shape(), before.dtype)
        wider[tuple(slice(0, length) for length in before.shape)] = before
        backup["list"] = self.device.upload(wider)
        self._arrays |= {name: self.device.copy(values) for name, values in backup.items()}
        self._make_cells()

    def _in_order(self, name):
        """An array (systems, N, ...) of the device in the particles' own order."""
        stored = self.device.download(self._arrays[name])
        result = np.empty_like(stored)
        np.put_along_axis(result, self._order.reshape(*self._order.shape, *[1] * (stored.ndim - 2)), stored, axis=1)
        return result


def check_alike(configurations, system):
    """Raise InputError or DataError unless the configurations are `system`'s and agree in N and box."""
    first = configurations[0]
    for configuration in configurations:
        system.check(configuration, density_tolerance=np.inf)
        if configuration.number != first.number or (configuration.box != first.box).any():
            raise InputError("the configurations of a batch differ in N or box, expected the same for all")


def is_double(precision):
    """Whether `precision` is float64; InputError names the two."""
    if precision not in ("float32", "float64"):
        raise InputError(f"precision is {precision!r}, expected 'float32' or 'float64'")
    return precision == "float64"


def in_batches(device, count, batch, work):
    """Call work(begin, size) over `count` systems; a batch for which the device has no room is halved."""
    begin, batch = 0, batch or count
    while begin < count:
        size = min(batch, count - begin)
        try:
            work(begin, size)
        except DeviceMemoryError:
            if size == 1:
                raise
            batch = size // 2
        else:
            begin += size
        device.release()
