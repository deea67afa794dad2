"""The cluster that jobs run on: of this machine, started with the first job, or the one of $GLASSVIZ_SCHEDULER."""

import atexit
import logging
import os
from threading import Lock

from glassviz.errors import InputError
from glassviz.jobs.slots import number_of_slots

SCHEDULER = "GLASSVIZ_SCHEDULER"
"""Address tls://host:port of a scheduler whose workers share this home; certificates as dask's settings say."""
LOCAL = ("tcp://127.0.0.1", "tcp://localhost")
QUIET = logging.ERROR

_lock, _clients, _clusters = Lock(), {}, []


def client():
    """The dask Client, connected when it is first asked for; never call it on an event loop."""
    address = os.environ.get(SCHEDULER, "")
    with _lock:
        if address not in _clients:
            _clients[address] = _remote(address) if address else _local()
        return _clients[address]


def resources(lane):
    """What a job of a lane asks of a worker: what none declares would let it wait for ever."""
    declared = [worker["resources"] for worker in client().scheduler_info(n_workers=-1)["workers"].values()]
    if any(lane in found for found in declared):
        return {lane: 1}
    if lane == "gpu":
        raise InputError("device is 'cuda', which no worker of the cluster has, expected 'cpu'")
    return {}


def _remote(address):
    from distributed import Client

    if not address.startswith(("tls://", *LOCAL)):
        raise InputError(f"{SCHEDULER} is {address!r}, expected tls://host:port: what a scheduler hears it unpickles")
    try:
        return Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{SCHEDULER} is {address!r}, and no scheduler answers there ({error})") from None


def _local():
    """A scheduler and its workers on this machine alone, behind certificates that last as long as they do."""
    import dask
    from distributed import Client, Nanny, Scheduler, SpecCluster
    from distributed.security import Security

    # A worker that dies takes those that wait behind its job with it: they are handed out again. So is the job that was
    # at work, and left alone: the runner does only what is queued; a person who wants to know why resumes it.
    dask.config.set({"distributed.scheduler.allowed-failures": 1000})
    logging.getLogger("distributed").setLevel(QUIET)
    security = Security.temporary()
    common = {"host": "127.0.0.1", "protocol": "tls://", "security": security, "dashboard": False}
    lanes = [{"long": 1, **_gpu()} for _ in range(number_of_slots())] + [{"short": 1}]
    options = {"nthreads": 1, "memory_limit": 0, "silence_logs": QUIET, **common}
    workers = {k: {"cls": Nanny, "options": {**options, "resources": lane}} for k, lane in enumerate(lanes)}
    scheduler = {"cls": Scheduler, "options": {**common, "dashboard_address": "127.0.0.1:0"}}
    cluster = SpecCluster(workers=workers, scheduler=scheduler, security=security, silence_logs=QUIET, name="glassviz")
    _clusters.append(cluster)
    return Client(cluster, set_as_default=False)


def _gpu():
    from glassviz.simulation.isoconfigurational import check_device

    try:
        check_device("cuda")
    except InputError:
        return {}
    return {"gpu": 1}


def close():
    """End the local cluster and what works on it."""
    with _lock:
        for known in [*_clients.values(), *_clusters]:
            known.close()
        _clients.clear()
        _clusters.clear()


atexit.register(close)
