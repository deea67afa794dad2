"""How to cite what is shown: sentences that say what it is, and BibTeX of the software and of the papers behind it."""

from glassviz import __version__
from glassviz.exports.origin import of_method

GLASSMLP = {
    "author": "Jung, Gerhard and Biroli, Giulio and Berthier, Ludovic",
    "title": "Predicting dynamic heterogeneity in glass-forming liquids by physics-inspired machine learning",
    "journal": "Phys. Rev. Lett.",
    "volume": "130",
    "pages": "238202",
    "year": "2023",
    "doi": "10.1103/PhysRevLett.130.238202",
}
TGLASSMLP = {
    "author": "Jung, Gerhard and Biroli, Giulio and Berthier, Ludovic",
    "title": "Dynamic heterogeneity at the experimental glass transition predicted by transferable machine learning",
    "journal": "Phys. Rev. B",
    "volume": "109",
    "pages": "064205",
    "year": "2024",
    "doi": "10.1103/PhysRevB.109.064205",
}
ULTRASTABLE = {
    "author": "Parmar, Anshul D. S. and Ozawa, Misaki and Berthier, Ludovic",
    "title": "Ultrastable metallic glasses in silico",
    "journal": "Phys. Rev. Lett.",
    "volume": "125",
    "pages": "085505",
    "year": "2020",
    "doi": "10.1103/PhysRevLett.125.085505",
}
KOB_ANDERSEN = {
    "author": "Kob, Walter and Andersen, Hans C.",
    "title": "Testing mode-coupling theory for a supercooled binary Lennard-Jones mixture: "
    "The van Hove correlation function",
    "journal": "Phys. Rev. E",
    "volume": "51",
    "pages": "4626",
    "year": "1995",
    "doi": "10.1103/PhysRevE.51.4626",
}
ISOCONFIGURATIONAL = {
    "author": "Widmer-Cooper, Asaph and Harrowell, Peter and Fynewever, H.",
    "title": "How reproducible are dynamic heterogeneities in a supercooled liquid?",
    "journal": "Phys. Rev. Lett.",
    "volume": "93",
    "pages": "135701",
    "year": "2004",
    "doi": "10.1103/PhysRevLett.93.135701",
}
REGRESSION = {
    "author": "Boattini, Emanuele and Smallenburg, Frank and Filion, Laura",
    "title": "Averaging local structure to predict the dynamic propensity in supercooled liquids",
    "journal": "Phys. Rev. Lett.",
    "volume": "127",
    "pages": "088007",
    "year": "2021",
    "doi": "10.1103/PhysRevLett.127.088007",
}
BY_SYSTEM = {"KA2D": {"Parmar2020": ULTRASTABLE, "Jung2023": GLASSMLP}, "KA": {"Kob1995": KOB_ANDERSEN}}
BY_KIND = {
    "glassmlp": {"Jung2023": GLASSMLP},
    "ridge": {"Boattini2021": REGRESSION},
    "tglassmlp": {"Jung2024": TGLASSMLP},
}


def papers(session):
    """{key: fields of BibTeX} of the papers of the liquid, the labels and the method that are shown."""
    found = dict(BY_SYSTEM.get(session.record.system, {}))
    if len(session.record.times):
        found["WidmerCooper2004"] = ISOCONFIGURATIONAL
    return {**found, **BY_KIND.get(session.entry["kind"] if session.entry else None, {})}


def sentence(session):
    """What is shown, where it comes from and what to cite."""
    record, made = session.record, session.record.provenance
    labels = "no labels"
    if len(record.times):
        labels = f"propensities at {len(record.times)} times from {record.replicas} replicas"
    origin = f"imported from {made['imported_from']}" if made.get("imported_from") else "simulated"
    what = (
        f"Configuration {record.index} ({record.split}) of the data set {session.data_set}: {record.system}, "
        f"N = {record.thermal.number}, T = {record.temperature:g}, {labels}; {origin} with "
        f"{made.get('software', 'glassviz')}."
    )
    method = " ".join(f"{name}: {words}." for name, words in of_method(session.entry).items())
    keys = ", ".join(
        f"{p['author'].split(',')[0]} et al., {p['journal']} {p['volume']}, {p['pages']} ({p['year']})"
        for p in papers(session).values()
    )
    return f"{what}\nPrediction: {method}\nWritten by glassviz {__version__}. Please cite glassviz and: {keys}.\n"


def bibtex(session):
    """BibTeX of the software and of `papers`."""
    software = {"author": "{The glassviz developers}", "title": "glassviz", "version": __version__}
    entries = [_entry("software", "glassviz", software)]
    entries += [_entry("article", key, fields) for key, fields in papers(session).items()]
    return "\n".join(entries)


def _entry(kind, key, fields):
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}}}\n"
