"""Isoconfigurational ensemble: many runs from one configuration with fresh Maxwell velocities."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np

from glassviz.errors import InputError
from glassviz.simulation.gpu.device import open_device
from glassviz.simulation.gpu.ensemble import run_ensemble
from glassviz.simulation.molecular_dynamics import MolecularDynamics, check_positive

STEPS_PER_CALL = 500


def isoconfigurational(
    configuration, system, temperature, times, replicas, seed=0, device="cpu", threads=None, progress=None, **options
):
    """Positions of every replica at every time, (n_times, replicas, N, d), unwrapped.

    Replica k starts from the same positions with Maxwell velocities drawn from (seed, k) alone; it is run in the
    system's ensemble (NVT for KA2D, NVE for KA) with the system's time step. `replicas` is a number, or a sequence of
    replica numbers k, so that chunks can be run apart.

    times : increasing, whole multiples of the time step
    device : "cpu", or "cuda" for an NVIDIA GPU through CuPy
    threads : replicas run at once on the processor (default: all cores)
    progress : called as progress(steps done, steps in all); may raise Cancelled
    options : ensemble, time_step, damping of MolecularDynamics; on a GPU also those of gpu.ensemble.Ensemble

    Raises InputError for impossible times, replicas, temperature or device, and where CuPy or a GPU is missing.
    Source: Widmer-Cooper, Harrowell, Fynewever, PRL 93, 135701 (2004).
    """
    numbers = range(replicas) if np.ndim(replicas) == 0 else list(replicas)
    if len(numbers) == 0 or min(numbers) < 0:
        raise InputError(f"replicas is {replicas!r}, expected a positive number or replica numbers from 0 on")
    steps = steps_at(times, options.get("time_step") or system.time_step)
    check_positive(temperature=temperature)
    if device != "cpu":
        starts = [(configuration, seed, int(k)) for k in numbers]
        return run_ensemble(starts, system, temperature, steps, device, progress, **options)
    result = np.empty((len(steps), len(numbers), *configuration.positions.shape))
    report = _Counter(progress, int(steps[-1]) * len(numbers))

    def run(slot):
        replica = MolecularDynamics(configuration, system, temperature, seed, numbers[slot], **options)
        done = 0
        for index, target in enumerate(steps):
            while done < target:
                chunk = min(STEPS_PER_CALL, target - done)
                replica.advance(chunk)
                done += chunk
                report(chunk)
            result[index, slot] = replica.positions

    workers = min(threads or os.cpu_count() or 1, len(numbers))
    with ThreadPoolExecutor(workers) as pool:
        try:
            for finished in [pool.submit(run, slot) for slot in range(len(numbers))]:
                finished.result()
        except BaseException:
            report.stop = True
            pool.shutdown(cancel_futures=True)
            raise
    return result


def check_device(device):
    """Raise InputError unless replicas can run on `device` here: for "cuda", CuPy and a GPU must be there."""
    if device != "cpu":
        open_device(device)


def steps_at(times, time_step):
    """Step numbers of `times`, (n,) int; InputError unless they increase and are whole multiples of the time step."""
    check_positive(time_step=time_step)
    times = np.atleast_1d(np.asarray(times, dtype=float))
    steps = np.rint(times / time_step).astype(np.int64)
    if len(times) == 0 or not np.isfinite(times).all() or (times < 0).any() or (np.diff(steps) <= 0).any():
        raise InputError(f"times are {times.tolist()}, expected increasing numbers from 0 on")
    wrong = np.abs(steps * time_step - times) > 1e-6 * np.maximum(times, time_step)
    if wrong.any():
        raise InputError(f"time {times[wrong][0]:g} is not a multiple of the time step {time_step:g}")
    return steps


class _Counter:
    """Adds up the steps of all threads and hands them to `progress`; ends every thread once one is cancelled."""

    def __init__(self, progress, total):
        self.progress, self.total, self.done, self.stop, self._lock = progress, total, 0, False, Lock()

    def __call__(self, steps):
        if self.stop:
            raise InterruptedError
        with self._lock:
            self.done += steps
            if self.progress is not None:
                self.progress(self.done, self.total)
