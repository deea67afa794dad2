"""What can be chosen in the app and for figures: words of the page -> value in the Session."""

OBSERVABLES = {"Bond breaking": "bond_breaking", "Displacement": "displacement"}
POSITIONS = {"Thermal": "thermal", "Inherent": "inherent"}
THIRD_VIEWS = {
    "Predicted against MD": "scatter",
    "Distribution": "histogram",
    "Difference": "difference",
    "Another model": "model",
    "Descriptor": "descriptor",
    "Bottleneck of the network": "bottleneck",
    "Weights of the model": "weights",
}
COLOURINGS = {"MD": "measured", "Prediction": "predicted", "Type": "type", "Descriptor": "descriptor"}
CLOUDS = {"This configuration": "one", "All test configurations": "test"}
DESCRIPTOR = "energy L=1.5 all"
COLOUR_RANGES = {"Full scale": "full", "Spread of the data": "data"}
PAGES = {
    "Snapshots": "snapshots",
    "Scores": "scores",
    "Heterogeneity": "heterogeneity",
    "Dynamics": "dynamics",
    "Network": "network",
    "Transfer": "transfer",
    "Jobs": "jobs",
    "Tour": "tour",
}
TIME_AXES = {"t": "absolute", "t / τ": "scaled"}
STATIC_VIEWS = {"g(r)": "pair_correlation", "S(q)": "structure_factor", "V(r)": "potential"}
METRICS = {
    "Pearson": "pearson",
    "Pearson / ceiling": "pearson_ceiling",
    "Variance ratio": "noise_free_variance_ratio",
    "Correlation C, near": "C_near",
    "Correlation C, middle": "C_middle",
    "Correlation C, far": "C_far",
    "χ₄ ratio": "chi_4_ratio",
}
LEVELS = {"C = 0.8": 0.8, "C = 0.5": 0.5}
COLLECTIVE = {
    "χ₄": "chi_4",
    "Chord length": "chord",
    "Size of mobile clusters": "cluster",
    "Length ξ": "xi",
    "Strength χ": "chi",
    "Shape A": "A",
}
WAVES = {"S₄(q)": "structure_factor", "Collapse": "collapse", "G₄(r)": "correlation", "P(C)": "distribution"}
ACROSS = {"Over T": "temperature", "Over C": "level"}
WEIGHINGS = {"w": "attention", "w |B|": "bottleneck"}
PARTS = {
    "All observables": "all",
    "Density": "density",
    "Energy": "energy",
    "Perimeter": "perimeter",
    "Energy variance": "energy_variance",
}
AVERAGES = {
    "Every average": "each",
    "Over type 1": "type 1",
    "Over type 2": "type 2",
    "Over type 3": "type 3",
    "Over all types": "all",
}
LENGTH_RULES = {"Sum over L": "sum", "Integral over L": "integral"}
MAPPED = {"Weights": "weights", "Sensitivity": "sensitivity"}
MD_FROM = {"Test": "test", "All": "all"}
COPIES = {"1 × 1": 1, "2 × 2": 2, "4 × 4": 4, "8 × 8": 8}
LIVE_COLOURS = {"Bonds kept": "kept", "Displacement": "moved", "Type": "type"}
LIVE_SPEEDS = {"slow": 1, "× 5": 5, "× 25": 25}
