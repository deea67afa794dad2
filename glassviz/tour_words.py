"""What the steps of the tour say: sentences with numbers from the data that are shown, worked out when they are."""

from html import escape

import numpy as np

from glassviz.errors import InputError
from glassviz.interactions.energy import potential_energy
from glassviz.learning import pearson
from glassviz.live.liquid import NUMBER
from glassviz.network_curves import NetworkCurves
from glassviz.structure import glassmlp_descriptors, pair_correlation
from glassviz.systems import KA2D
from glassviz.words import number

REPLICAS = 8
"""Of a new configuration, as the command simulate takes them for training."""


# What the data hold --------------------------------------------------------------------------------------------------


def labelled(session):
    """Temperatures with labels, from low to high."""
    return [T for T in session.data.temperatures if len(session.data[T].times)]


def reaching(session):
    """{T: relaxation time} where the labels tell it, from low to high."""
    taus = {T: session.library.relaxation_time(session.data[T]) for T in labelled(session)}
    return {T: tau for T, tau in taus.items() if tau is not None}


def networks_of_all(session):
    """Entries of the tGlassMLPs for the session's system."""
    return list(session.library.models_of_all_temperatures(session.data).values())


def learnt_at(model):
    """Temperatures at which a TGlassMLP has read labels of molecular dynamics, from low to high."""
    return sorted({T for T, _, kind in model.provenance["learnt"] if kind == "md"})


def unseen(session, model):
    """Labelled temperatures with a test configuration at which a TGlassMLP has read no labels, from high to low."""
    seen = learnt_at(model)
    return [
        T for T in reversed(labelled(session)) if min(seen, default=0) - 1e-9 > T and "test" in session.data[T].split
    ]


def own_temperature(session):
    """A temperature without data: between the two coldest that are known well, or below the only one."""
    known = _known(session)
    return round((known[0] + known[1]) / 2 if len(known) > 1 else 0.9 * known[0], 4)


def _known(session):
    return list(reaching(session)) or session.data.temperatures


def transferred_model(session, models):
    """Name of the first of the models that can be judged where it has read nothing; else of the first."""
    return next((entry["name"] for entry in models if unseen(session, entry["model"])), models[0]["name"])


# The steps -----------------------------------------------------------------------------------------------------------


def glass_former(session, _=None):
    """Step 1: relaxation times and energies of the hottest and the coldest liquid."""
    taus = reaching(session)
    if len(taus) < 2:
        known = f"{len(taus)} temperature{'s' * (len(taus) != 1)}"
        raise InputError(f"relaxation times are known at {known}, two are needed: glassviz simulate adds one")
    (cold, slow), *_, (hot, quick) = taus.items()
    energies, peaks = zip(*(_energy_and_peak(session.data[T]) for T in (hot, cold)), strict=True)
    return (
        f"A glass former is a liquid that, cooled without crystallising, hardly changes and yet almost stops. From "
        f"T = {hot:g} to {cold:g}, {1 - cold / hot:.0%} colder, its relaxation time grows {slow / quick:.2g}-fold, "
        f"from {_time(quick)} to {_time(slow)}{_beyond(session, cold, slow)}, while its energy per particle goes from "
        f"{number(energies[0], 2)} to "
        f"{number(energies[1], 2)} and the highest peak of g(r) from {number(peaks[0], 2)} to {number(peaks[1], 2)}."
    )


def heat(session, _=None):
    """Step 2: how long neighbours stay together."""
    _require_ka2d(session)
    taus = reaching(session)
    if not taus:
        raise InputError("no labels reach the relaxation time: glassviz simulate --until 0.5 makes some")
    told = " and ".join(f"{_time(tau)} at T = {T:g}{_beyond(session, T, tau)}" for T, tau in _ends(taus))
    return (
        f"{NUMBER} particles of this liquid move on the server, now. A particle turns from blue to red as it loses the "
        f"neighbours that it had at the mark; half of them are lost within a relaxation time, t = {told}. Turn the "
        f"temperature up, press <i>Mark</i>, and compare; <i>Quench</i> takes all motion out of it."
    )


def _beyond(session, temperature, tau):
    """Says so where a relaxation time lies behind the last label."""
    last = session.data[temperature].times[-1]
    return f" (continued from the last labels, at {_time(last)})" if tau > last else ""


def swap(session, _=None):
    """Step 3: what molecular dynamics leaves undone at the coldest temperature."""
    _require_ka2d(session)
    pairs = ", ".join(f"{a} ↔ {b}" for a, b in session.data.system.exchanges)
    known = labelled(session)
    if not known:
        raise InputError("no temperature has labels: glassviz simulate makes some")
    point = session.data[known[0]]
    left = point.decay()
    last = np.flatnonzero(np.isfinite(left))[-1]
    return (
        f"At T = {known[0]:g} molecular dynamics has kept {left[last]:.0%} of the neighbours after t = "
        f"{_time(point.times[last])}. Now two distant particles of types {pairs} exchange their types, accepted with "
        f"min(1, exp(−ΔU/T)): every state is as likely as before, but the way there is shorter. Let it run, switch on "
        f"<i>Swap moves</i>, press <i>Mark</i>, and watch C<sub>B</sub> fall faster."
    )


def ensemble(session, _=None):
    """Step 4: spread of the propensity, and how well halves of the replicas agree."""
    slot, record = _slot(session), session.record
    own = session.of_type()
    first, second = session.point.bond_breaking_halves[session.configuration][:, slot][:, own]
    mean = (first + second) / 2
    low, high = np.percentile(mean, (5, 95))
    return (
        f"The same {record.thermal.number:,} positions were started {record.replicas} times with other velocities. "
        f"The propensity C<sub>B</sub> of a particle is the part of its neighbours that it keeps until t = "
        f"{_time(session.time)}, mean over the runs: {number(mean.mean(), 2)} on average over type "
        f"{session.scored_type}, but from {number(low, 2)} to {number(high, 2)} for nine of ten. Two halves of the "
        f"runs have nothing in common but the structure, and yet correlate with "
        f"{number(pearson(first, second), 2)}, the more the more runs there are: structure decides a part of it."
    )


def structure(session, _=None):
    """Step 5: correlation of local quantities with the propensity."""
    slot, own = _slot(session), session.of_type()
    measured = session.measured()[slot][own]
    facts = {name: pearson(values[own], measured) for name, values in session.structure_facts().items()}
    told = ", ".join(f"{_named(name)} {number(r, 2)}" for name, r in facts.items())
    about = glassmlp_descriptors(session.record.inherent, session.data.system, (1.5,), observables=("energy",))
    return (
        f"Where will it relax? A particle's own numbers are the first guess. In this configuration they correlate with "
        f"C<sub>B</sub> of type {session.scored_type} as follows: {told}; the energy averaged over its neighbourhood "
        f"(L = 1.5 σ₁₁) with {number(pearson(about[own, -1], measured), 2)}. 1 or −1 would be perfect"
        f"{_ceiling(session, slot)}."
    )


def network(session, _=None):
    """Step 6: score of the chosen model on the test configurations."""
    slot, entry = _slot(session), session.entry
    if entry is None:
        raise InputError(
            f"no model is stored for T = {session.temperature:g}: glassviz train glassmlp "
            f"--temperature {session.temperature:g} trains one"
        )
    test = session.library.score(entry, session.point, session.scored_type)[slot]
    model = entry["model"]
    name = entry["name"] if model is None else type(model).__name__
    what = "the structure"
    if hasattr(model, "descriptor_names"):
        what = f"{len(model.descriptor_names)} averages over the neighbourhood of a particle"
    narrow = ", squeezes them into two numbers" * hasattr(model, "bottleneck")
    told = "1 configuration" if test["configurations"] == 1 else f"{test['configurations']} configurations"
    return (
        f"{escape(name)} reads {what}{narrow} and predicts C<sub>B</sub>. On {told} that it has never seen its "
        f"correlation with molecular dynamics is {_with_error(test)}; more than {number(test['ceiling'], 2)} is out of "
        f"reach, for the labels themselves are means over a few runs."
    )


def attention(session, progress=None):
    """Step 7: mean lengths of the attention of tGlassMLP, at the hottest and the coldest temperature."""
    curves = NetworkCurves(session, across="temperature")
    if curves.lacking():
        raise InputError(curves.lacking())
    for job in curves.jobs():
        job(progress=progress)
    (found, guide) = curves.mean_lengths()
    lengths = dict(zip(found[0]["x"], zip(found[0]["y"], found[0]["error"], strict=True), strict=True))
    told = " and ".join(f"{number(y, 2)} ± {error:.2f} at T = {T:g}" for T, (y, error) in _ends(lengths))
    return (
        f"One network for all temperatures weighs its {len(curves.model.descriptor_names)} inputs anew for each state. "
        f"Near C = {curves.level:g} the mean length of what it looks at is ξ<sub>int</sub> / σ₁₁ = {told}; "
        f"equal weights would give {number(guide, 2)}. The map (below) tells which quantities count."
    )


def colder(session, progress=None):
    """Step 8: score of a tGlassMLP at the temperatures from which it has read no labels."""
    model = _transferring(session)
    seen, rest = learnt_at(model), unseen(session, model)
    if not rest:
        raise InputError(
            "the tGlassMLP has read labels of every temperature with test configurations, so that nothing tells what "
            "it does elsewhere: glassviz transfer --to LOWER trains one that has not"
        )
    told = []
    for T in rest:
        if progress is not None:
            progress(0, 1, "scores")
        point = session.data[T]
        entries = session.library.methods(session.data, T, "bond_breaking")
        entry = next(e for e in entries if e["name"] == _ladder_entry(session)["name"])
        decay = point.decay()
        slot = int(np.nanargmin(np.abs(decay - 0.8)))
        row = session.library.score(entry, point, 1)[slot]
        told.append(f"{_with_error(row)} at T = {T:g} (C = {decay[slot]:.2f})")
    temperatures = ", ".join(f"{T:g}" for T in reversed(seen))
    return (
        f"This network has read labels at T = {temperatures} only. Below, it gets nothing but the structure and yet "
        f"predicts: its correlation with molecular dynamics is {', '.join(told)}. Colder still no simulation goes, "
        f"and the prediction stands alone."
    )


def film(session, _=None):
    """Step 9: how long the film takes in the liquid's time."""
    _transferring(session)
    clock = session.library.film_clock(session.data)
    taus = {T: clock.tau(T) for T in session.data.temperatures}
    taus = {T: found for T, found in taus.items() if np.isfinite(found[0])}
    if not taus:
        raise InputError("no labels reach the relaxation time, so that the film has no clock: glassviz simulate "
                         "--until 0.5 makes some")  # fmt: skip
    told = " and ".join(f"{'≈ ' * estimated}{_time(tau)} at T = {T:g}" for T, (tau, estimated) in _ends(taus))
    steps = max(tau for tau, _ in taus.values()) / session.data.system.time_step
    return (
        f"One slider takes all liquids from frozen (C = 1) to relaxed, molecular dynamics on the left, the prediction "
        f"on the right. Half of the neighbours are lost after t = {told}, or {_time(steps)} "
        f"time steps of a simulation. Space stops the film; <i>Render film</i> writes it for your slides."
    )


def own(session, _=None):
    """Step 10: a temperature between those that are there, and what it costs."""
    known, wanted = _known(session), own_temperature(session)
    tau, _ = session.library.film_clock(session.data).tau(wanted)
    where = f"Between T = {known[0]:g} and {known[1]:g}" if len(known) > 1 else f"Below T = {known[0]:g}"
    command = f"<code>glassviz simulate --temperature {wanted:g}</code>"
    cost = ""
    if np.isfinite(tau):
        steps = REPLICAS * tau / session.data.system.time_step
        cost = (
            f" Relaxation should take t ≈ {_time(tau)} there, so that labels to C = 0.5 of one configuration from "
            f"{REPLICAS} runs take {_time(steps)} time steps."
        )
    return (
        f"{where} nothing has been simulated.{cost} Predict first how it will look, then make it: on the page "
        f"<i>Jobs</i>, or with {command}; the new temperature then joins every page."
    )


# Helpers -------------------------------------------------------------------------------------------------------------


def _energy_and_peak(point):
    """Energy per particle of a state point, and the highest value of its g(r)."""
    energy = np.mean([potential_energy(one, point.system).mean() for one in point.configurations])
    return energy, pair_correlation(point.configurations)[1].max()


def _require_ka2d(session):
    if session.data.system != KA2D:
        raise InputError(f"the live liquid is {KA2D.name}; the data that are chosen are of {session.data.system.name}")


def _slot(session):
    if session.slot is None:
        raise InputError(
            f"T = {session.temperature:g} has no labels: glassviz simulate --temperature {session.temperature:g} "
            "makes them"
        )
    return session.slot


def _ends(found):
    """The items of the lowest and the highest key, the highest first; one where there is one."""
    items = sorted(found.items(), reverse=True)
    return items if len(items) == 1 else [items[0], items[-1]]


def _ladder_entry(session):
    models = {entry["name"]: entry for entry in networks_of_all(session)}
    return models.get(session.ladder_model) or next(iter(models.values()), None)


def _transferring(session):
    entry = _ladder_entry(session)
    if entry is None:
        raise InputError(f"no tGlassMLP of {session.data.system.name} is stored: glassviz transfer --quick makes one")
    return entry["model"]


def _ceiling(session, slot):
    if "test" not in session.point.split:
        return ""
    value = session.library.ceilings(session.point, "bond_breaking", session.scored_type)[slot]["ceiling"]
    return f", {number(value, 2)} the most that these labels allow" if np.isfinite(value) else ""


def _with_error(row):
    error = f" ± {row['error']:.2f}" if np.isfinite(row["error"]) else ""
    return f"{number(row['pearson'], 2)}{error}"


def _named(fact):
    """ "energy", from "energy E"."""
    return fact.rsplit(" ", 1)[0]


def _time(value):
    """A time or a number of steps to two digits: 440, 5,700, 4 × 10⁶."""
    if value < 1e5:
        return f"{float(f'{value:.2g}'):,g}" if value < 1000 else f"{float(f'{value:.2g}'):,.0f}"
    digits, power = f"{value:.1e}".split("e")
    return f"{float(digits):g} × 10{str(int(power)).translate(str.maketrans('0123456789-', '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'))}"
