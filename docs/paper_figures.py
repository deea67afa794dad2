"""Make the pictures of docs/paper_figures.md: python docs/paper_figures.py [NAME ...], in docs/images/paper."""

import sys
from pathlib import Path

import glassviz as gv
from glassviz.publish import publish

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images" / "paper"
TRANSFER = "ka2d-tglassmlp-bond_breaking-Tmin{:.4f}".format
COLD = {"temperature": 0.35, "configuration": 1}
PICTURES = {
    "pearson": ("scores", {"temperature": 0.4, "published": True}),
    "distribution": ("distribution", {"temperature": 0.4, "time": 1700, "md_from": "all"}),
    "snapshots": ("snapshot", {"temperature": 0.4, "configuration": 1, "time": 434, "colour_range": "data"}),
    "chi_4": ("collective", {"temperature": 0.4, "collective": "chi_4", "md_from": "all"}),
    "s_4": ("s_4", {"temperature": 0.4, "time": 434, "md_from": "all"}),
    "s_4_large": (
        "s_4",
        {"temperature": 0.4, "time": 434, "md_from": "all", "cubic": False, "q_range": [0.05, 0.6]},
    ),
    "collapse": ("collapse", {"temperature": 0.4, "level": 0.8, "md_from": "all", "cubic": False}),
    "pearson_cold": ("scores", {"temperature": 0.35}),
    "pearson_temperatures": ("temperatures", {"level": 0.8}),
    "snapshots_cold": ("snapshot", {**COLD, "time": 1530, "model": TRANSFER(0.4), "colour_range": "data"}),
    "chi_4_temperatures": ("collective_temperatures", {"collective": "chi_4", "level": 0.8, "md_from": "all"}),
    "chord": ("collective", {"temperature": 0.4, "collective": "chord", "md_from": "all"}),
    "attention": ("attention", {"temperature": 0.4, "time": 434, "model": TRANSFER(0.3)}),
    "bottleneck_levels": ("bottleneck_levels", {"temperature": 0.4, "model": TRANSFER(0.3)}),
    "bottleneck_temperatures": ("bottleneck_temperatures", {"temperature": 0.4, "time": 434, "model": TRANSFER(0.3)}),
    "lengths": ("lengths", {"temperature": 0.4, "time": 434, "model": TRANSFER(0.3), "md_from": "all"}),
    "decay": ("decay", {}),
    "decay_scaled": ("decay", {"time_axis": "scaled"}),
}


def main(names):
    """Make the pictures of these names, default all."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or PICTURES:
        figure, choices = PICTURES[name]
        folder = ROOT / "data" / ("ka2d_82560" if name.endswith("large") else "ka2d")
        content = gv.figure(figure, folder, **choices).content(".png", dpi=80 if figure == "snapshot" else 140)
        publish(OUT / f"{name}.png", lambda file, content=content: file.write(content))


if __name__ == "__main__":
    main(sys.argv[1:])
