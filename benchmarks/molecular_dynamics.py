"""Molecular dynamics of KA2D, N = 1290: this project beside LAMMPS (`lj/cut -sf opt`), on one core and on all.

    python benchmarks/molecular_dynamics.py [--temperature 0.4] [--steps 20000] [--repeats 5]

Needs LAMMPS on the path (`apt-get install lammps`) and an otherwise idle machine. Both run the same stored
configuration in the NVT ensemble with time step 0.01 and a chain of three thermostats; the skin of LAMMPS is tuned
first, this project tunes its own. LAMMPS truncates the same Lennard-Jones potential at 2.5 sigma without the smoothing,
which costs it less. Runs alternate; the figures are medians. On all cores each core runs a replica of its own.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.simulation import MolecularDynamics

SKINS = (0.25, 0.35, 0.45, 0.55, 0.7, 0.85, 1.0)
SCRIPT = """units lj
dimension 2
atom_style atomic
boundary p p p
suffix opt
read_data {data}
mass * 1.0
pair_style lj/cut 2.5
{coefficients}
neighbor {skin} bin
neigh_modify every 1 delay 0 check yes
velocity all create {temperature} {seed} mom yes
fix thermostat all nvt temp {temperature} {temperature} 1.0 tchain 3
fix flat all enforce2d
timestep 0.01
thermo {steps}
run 1000
run {steps}
"""


def write_lammps(folder, configuration, system):
    """Data file of a configuration, and the lines of its pair coefficients."""
    edge, wrapped = configuration.box[0], configuration.wrap()
    rows = [f"{i + 1} {wrapped.types[i]} {x:.10f} {y:.10f} 0.0" for i, (x, y) in enumerate(wrapped.positions % edge)]
    header = f"glass former\n\n{len(rows)} atoms\n{system.types} atom types\n\n"
    box = f"0 {edge:.10f} xlo xhi\n0 {edge:.10f} ylo yhi\n-0.5 0.5 zlo zhi\n\nAtoms\n\n"
    path = Path(folder) / "start.data"
    path.write_text(header + box + "\n".join(rows) + "\n")
    lines = [
        f"pair_coeff {a + 1} {b + 1} {system.epsilon[a][b]} {system.sigma[a][b]} {system.cutoff * system.sigma[a][b]}"
        for a in range(system.types)
        for b in range(a, system.types)
    ]
    return path, "\n".join(lines)


def start_lammps(program, folder, name, **values):
    """A running LAMMPS process of one thread."""
    script = Path(folder) / f"{name}.in"
    script.write_text(SCRIPT.format(**values))
    command = [program, "-in", str(script), "-log", "none", "-sf", "opt"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})


def steps_per_second(process):
    """Steps/s of the second run of a LAMMPS process, from its own clock."""
    output, _ = process.communicate()
    found = re.findall(r"Loop time of (\S+) on .* for (\d+) steps", output)
    if process.returncode or len(found) != 2:
        sys.exit(f"LAMMPS failed:\n{output[-2000:]}")
    seconds, steps = found[1]
    return int(steps) / float(seconds)


def our_steps_per_second(configuration, temperature, steps, seeds):
    """Steps/s of replicas that run at once, one thread each, in all."""
    replicas = [MolecularDynamics(configuration, gv.KA2D, temperature, seed) for seed in seeds]
    for replica in replicas:
        replica.advance(1000)
    threads = [threading.Thread(target=replica.advance, args=(steps,)) for replica in replicas]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(replicas) * steps / (time.perf_counter() - begin)


def compare(program, folder, configuration, arguments, cores):
    """Print medians and their ratio on so many cores."""
    data, coefficients = write_lammps(folder, configuration, gv.KA2D)
    values = {"data": data, "coefficients": coefficients, "temperature": arguments.temperature}

    def lammps(skin, steps, repeat):
        runs = [
            start_lammps(program, folder, f"run{k}", skin=skin, steps=steps, seed=1 + k + 10 * repeat, **values)
            for k in range(cores)
        ]
        return sum(steps_per_second(process) for process in runs)

    speeds = {skin: lammps(skin, max(2000, arguments.steps // 4), 0) for skin in SKINS}
    skin = max(speeds, key=speeds.get)
    theirs, ours = [], []
    for repeat in range(arguments.repeats):
        theirs.append(lammps(skin, arguments.steps, repeat))
        seeds = range(100 * repeat, 100 * repeat + cores)
        ours.append(our_steps_per_second(configuration, arguments.temperature, arguments.steps, seeds))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    print(f"{cores} core{'s' if cores > 1 else ''}: steps/s, median (smallest .. largest) of {arguments.repeats}")
    for name, speed in ((f"LAMMPS opt, skin {skin}", theirs), ("glassviz", ours)):
        print(f"  {name:24s} {statistics.median(speed):8.0f}  ({min(speed):.0f} .. {max(speed):.0f})")
    print(f"  ratio of the medians     {statistics.median(ours) / statistics.median(theirs):8.2f}", end="")
    print(f"  (of pairs {min(ratios):.2f} .. {max(ratios):.2f})")


def main():
    """Compare on one core and on all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temperature", type=float, default=0.4)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    program = shutil.which("lmp") or sys.exit("lmp not found, expected LAMMPS on the path: apt-get install lammps")
    configuration = gv.open(EMBEDDED / "ka2d")[arguments.temperature].configurations[0]
    load = os.getloadavg()[0]
    print(f"KA2D, N = {configuration.number}, T = {arguments.temperature:g}, time step 0.01; load before: {load:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        for cores in sorted({1, os.cpu_count() or 1}):
            compare(program, folder, configuration, arguments, cores)
    drift = energy_drift(configuration, arguments.temperature)
    print(f"energy drift per particle over 100,000 steps of 0.005, NVE: {drift:.1e}")


def energy_drift(configuration, temperature):
    """Drift of E / N between the first and the last tenth of an NVE run, from averages over each."""
    replica = MolecularDynamics(configuration, gv.KA2D, temperature, 1, ensemble="NVE", time_step=0.005)
    series = []
    for _ in range(2000):
        replica.advance(50)
        series.append(replica.invariant() / configuration.number)
    return float(np.mean(series[-200:]) - np.mean(series[:200]))


if __name__ == "__main__":
    main()
