"""Isoconfigurational molecular dynamics of many independent replicas on the device."""

import numpy as np

from glassviz.errors import GlassvizError, InputError
from glassviz.simulation.gpu.batch import BLEW_UP, Batch, check_alike, in_batches, is_double
from glassviz.simulation.gpu.device import open_device
from glassviz.simulation.gpu.layout import LIQUID, KernelShape, fixed_point, floating, liquid_of, storage_order
from glassviz.simulation.molecular_dynamics import check_positive, maxwell_velocities

SKIN = 0.3
STEPS_PER_LAUNCH = 2000
# Steps of a launch times particles of a replica: launches of large boxes stay short enough to be cancelled.
WORK_PER_LAUNCH = 2e7
TEAM_THREADS, TEAM_BLOCKS = 256, 4  # blocks resident on a multiprocessor: 64 registers a thread
# The kinetic energy is summed in whole numbers; g T is this many of them.
KINETIC_UNITS = 2.0**48

MUTABLE = ("position", "reference", "velocity", "force", "image", "count", "list", "chain", "ready", "rebuilds")
ARRAYS = (*MUTABLE[:7], "type", "chain", "status", "ready", "rebuilds", "energy")
RUN = [
    ("liquid", LIQUID),
    *[(name, "<i8") for name in ("team", "steps", "first_step", "thermostatted")],
    *[(name, "<f8") for name in ("time_step", "temperature", "freedom", "kinetic_unit")],
    ("mass", "<f8", 3),
    ("inverse_mass", "<f8", 3),
    *[(name, "<u8") for name in ARRAYS],
    ("observe", "<i8"),
    *[(name, "<u8") for name in ("cell_count", "cell_member", "mailbox")],
]


class Ensemble(Batch):
    """Replicas that are advanced together; each may start from a configuration of its own.

    starts : [(configuration, seed, replica number k)], all of the same N, box and composition; velocities are
        `maxwell_velocities` of (seed, k), so that devices agree
    precision : "float32" (coordinates are 32-bit fractions of the box, exact to 2e-10 of its edge) or "float64"
    kernel : "shared" (one block a replica), "team" (several blocks), None: the first where it fits
    capacity : neighbours that a list has room for at first (default: from the density)

    The integrator, its thermostat and the order of operations are those of MolecularDynamics. A replica's trajectory
    depends neither on the other replicas nor on how the steps are divided into calls.
    Raises InputError for impossible parameters.
    """

    mutable = MUTABLE

    def __init__(
        self,
        starts,
        system,
        temperature,
        device="cuda",
        ensemble=None,
        time_step=None,
        damping=1.0,
        precision="float32",
        kernel=None,
        capacity=None,
    ):
        self.device = open_device(device)
        self.ensemble = ensemble or system.ensemble
        self.time_step = system.time_step if time_step is None else time_step
        if self.ensemble not in ("NVE", "NVT"):
            raise InputError(f"ensemble is {self.ensemble!r}, expected 'NVE' or 'NVT'")
        check_positive(temperature=temperature, time_step=self.time_step, damping=damping)
        self.temperature = float(temperature)
        self.double = is_double(precision)
        check_alike([configuration for configuration, _, _ in starts], system)
        self.liquid = liquid_of(starts[0][0], system, SKIN, self.double)
        if capacity is not None:
            self.liquid = self.liquid.with_capacity(capacity)
        self.freedom = self.liquid.dimension * (self.liquid.number - 1)
        self._masses = temperature * damping**2 * np.array([max(self.freedom, 1), 1.0, 1.0])
        self.box = np.array(self.liquid.box)
        self.steps_done = 0
        self._choose_kernel(kernel, len(starts))
        order, arrays = self._start(starts)
        self._load(self.device, self.liquid, order, arrays)

    def _choose_kernel(self, kernel, replicas):
        shape = None if kernel == "team" else self.liquid.shared_shape(self.device)
        self._cells_in_global_memory = shape is None
        if kernel == "shared" and shape is None:
            raise InputError(f"{self.liquid.number} particles do not fit the shared memory of one block")
        self.kernel = "replicas_team" if shape is None else "replicas_shared"
        self.shape, self.team, self.together = shape or KernelShape(TEAM_THREADS, TEAM_BLOCKS), 1, replicas
        if shape is None:
            resident = self.device.resident_blocks(self.kernel, self.shape, self.liquid.variant)
            useful = -(-self.liquid.number // TEAM_THREADS)
            self.team = max(1, min(self.device.team_limit or useful, useful, resident // replicas))
            # Blocks of a team wait for each other, so that all teams of a launch must be resident at once.
            self.together = max(1, min(replicas, resident // self.team))

    def _shape_for(self, liquid):
        if self.kernel == "replicas_team":
            return
        self.shape = liquid.shared_shape(self.device)
        if self.shape is None:
            raise GlassvizError(
                f"{liquid.number} particles with {liquid.capacity} neighbours each do not fit the shared memory of one "
                "block: choose kernel='team'"
            )

    def _list_shape(self):
        return len(self._order), self.liquid.capacity // 2, self.liquid.number, 2

    def _start(self, starts):
        """Storage order of the particles (replicas, N) and all arrays at step 0."""
        rows, number, dimension = len(starts), self.liquid.number, self.liquid.dimension
        orders = {id(configuration): storage_order(configuration) for configuration, _, _ in starts}
        self._order = np.stack([orders[id(configuration)] for configuration, _, _ in starts])
        host = {name: [] for name in ("position", "image", "velocity", "type")}
        for (configuration, seed, replica), order in zip(starts, self._order, strict=True):
            points, images = fixed_point(configuration.positions[order], self.box, self.double)
            velocities = maxwell_velocities(number, dimension, self.temperature, seed, replica)[order]
            host["position"].append(points)
            host["image"].append(images)
            host["velocity"].append(velocities.astype(np.float64 if self.double else np.float32))
            host["type"].append((configuration.types[order] - 1).astype(np.uint8))
        host = {name: np.stack(values) for name, values in host.items()}
        return self._order, host | {
            "reference": np.zeros_like(host["position"]),
            "force": np.zeros_like(host["velocity"]),
            "count": np.zeros((rows, number), np.int32),
            "list": np.zeros(self._list_shape(), np.uint32 if self._cells_in_global_memory else np.uint16),
            "chain": np.zeros((rows, 8)),
            "status": np.zeros(rows, np.uint32),
            "ready": np.zeros(rows, np.int64),
            "rebuilds": np.zeros(rows, np.int64),
            "energy": np.zeros((rows, number)),
        }

    def advance(self, steps, report=None):
        """Go `steps` time steps on; report(steps) after each launch may raise Cancelled.

        Raises GlassvizError when the integration of a replica has blown up.
        """
        most = max(1, min(STEPS_PER_LAUNCH, int(WORK_PER_LAUNCH / self.liquid.number)))
        for done in range(0, steps, most):
            chunk = min(most, steps - done)
            self._launch(chunk)
            self.steps_done += chunk
            if report is not None:
                report(chunk)

    def _launch(self, steps, observe=False):
        if self._guarded(lambda: self._run(steps, observe)) & BLEW_UP:
            raise GlassvizError(
                "molecular dynamics blew up: particles overlap at the start or the time step "
                f"{self.time_step:g} is too long; equilibrate by swap Monte Carlo first"
            )

    def _run(self, steps, observe):
        device, rows, freedom = self.device, len(self._order), max(self.freedom, 1)
        record = np.zeros((), RUN)
        record["team"], record["steps"], record["first_step"] = self.team, steps, self.steps_done
        record["thermostatted"], record["observe"] = self.ensemble == "NVT", observe
        record["time_step"], record["temperature"] = self.time_step, self.temperature
        record["freedom"], record["mass"], record["inverse_mass"] = freedom, self._masses, 1 / self._masses
        record["kinetic_unit"] = KINETIC_UNITS / (freedom * self.temperature)
        for begin in range(0, rows, self.together):
            now = min(self.together, rows - begin)
            self._point(record, begin)
            mailbox = device.upload(np.zeros((now, 16), np.int64))
            record["mailbox"] = device.pointer(mailbox)
            device.launch(self.kernel, record, self.shape, now * self.team, self.team, self.liquid.variant)

    def positions(self):
        """Unwrapped positions (replicas, N, d), float64."""
        return floating(self._in_order("position"), self._in_order("image"), self.box, self.double)

    def velocities(self):
        """Velocities (replicas, N, d)."""
        return self._in_order("velocity").astype(np.float64)

    def forces(self):
        """Forces (replicas, N, d) at the present positions."""
        self._launch(0)
        return self._in_order("force").astype(np.float64)

    def potential_energies(self):
        """E_i (replicas, N) at the present positions."""
        self._launch(0, observe=True)
        return self._in_order("energy")

    def kinetic_energies(self):
        """K = sum_i v_i^2 / 2 of every replica, (replicas,)."""
        return 0.5 * (self.velocities() ** 2).sum(axis=(1, 2))

    def invariants(self):
        """Total energy (NVE) or the thermostat's conserved quantity (NVT; see MolecularDynamics), (replicas,)."""
        total = self.kinetic_energies() + self.potential_energies().sum(axis=1)
        if self.ensemble == "NVT":
            chain = self.device.download(self._arrays["chain"])
            rates, coordinates = chain[:, :3], chain[:, 3:6]
            total += 0.5 * (self._masses * rates**2).sum(axis=1)
            total += self.temperature * (self.freedom * coordinates[:, 0] + coordinates[:, 1:].sum(axis=1))
        return total

    @property
    def rebuilds(self):
        """Neighbour lists built so far by each replica, (replicas,)."""
        return self.device.download(self._arrays["rebuilds"])


def run_ensemble(starts, system, temperature, steps, device="cuda", progress=None, batch=None, **options):
    """Positions (n_steps, len(starts), N, d), unwrapped, at increasing step numbers `steps`.

    starts, options : as for Ensemble. A batch that does not fit the device's memory is halved until it does.
    progress : called as progress(steps done, steps in all); may raise Cancelled
    """
    device = open_device(device)
    result = np.empty((len(steps), len(starts), *starts[0][0].positions.shape))
    total = int(steps[-1]) * len(starts)

    def work(begin, size):
        replicas = Ensemble(starts[begin : begin + size], system, temperature, device, **options)

        def report(chunk):
            if progress is not None:
                progress(begin * int(steps[-1]) + size * replicas.steps_done, total)

        for index, target in enumerate(steps):
            replicas.advance(int(target) - replicas.steps_done, report)
            result[index, begin : begin + size] = replicas.positions()

    in_batches(device, len(starts), batch, work)
    return result
