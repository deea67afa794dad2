import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError

T = np.array([0.23, 0.25, 0.27, 0.30, 0.35, 0.40])
LAWS = {
    "Arrhenius": (gv.dynamics.fit_arrhenius, {"tau_0": 0.2, "E": 3.5}, lambda t, a, e: a * np.exp(e / t)),
    "VFT": (
        gv.dynamics.fit_vft,
        {"tau_0": 3.0, "D": 4.0, "T_0": 0.15},
        lambda t, a, d, low: a * np.exp(d * low / (t - low)),
    ),
    "parabolic": (
        gv.dynamics.fit_parabolic,
        {"tau_0": 40.0, "J": 0.9, "T_o": 0.7},
        lambda t, a, j, onset: a * np.exp(j**2 * (1 / t - 1 / onset) ** 2),
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_a_planted_law_comes_back_exactly(name):
    fit, parameters, law = LAWS[name]
    found = fit(T[::-1], law(T[::-1], *parameters.values()))
    assert found.name == name
    for symbol, value in parameters.items():
        assert found.parameters[symbol] == pytest.approx(value, rel=1e-4)
    np.testing.assert_allclose(found(T), law(T, *parameters.values()), rtol=1e-6)
    assert found.temperatures == len(T)


@pytest.mark.parametrize("name", LAWS)
def test_errors_cover_the_truth_as_often_as_they_should(name):
    fit, parameters, law = LAWS[name]
    random, pulls = np.random.default_rng(3), []
    true = law(T, *parameters.values())
    relative = np.array([0.02, 0.01, 0.03, 0.02, 0.01, 0.02])
    for _ in range(60):
        noisy = true * np.exp(relative * random.normal(size=len(T)))
        found = fit(T, noisy, relative * noisy)
        pulls.append([(found.parameters[s] - value) / found.errors[s] for s, value in parameters.items()])
    pulls = np.array(pulls)
    # The scatter enlarges errors now and then, so a little less than 1.
    assert (pulls.std(axis=0) > 0.55).all()
    assert (pulls.std(axis=0) < 1.25).all()
    assert (np.abs(np.median(pulls, axis=0)) < 0.5).all()


def test_precise_points_weigh_more():
    law = LAWS["Arrhenius"]
    true = law[2](T, *law[1].values())
    wrong = true * np.where(T == 0.30, 3.0, 1.0)
    trusting = gv.dynamics.fit_arrhenius(T, wrong, np.full(len(T), 0.1) * wrong)
    wary = gv.dynamics.fit_arrhenius(T, wrong, np.where(T == 0.30, 50.0, 0.1) * wrong)
    assert wary.parameters["E"] == pytest.approx(3.5, abs=0.001)
    assert abs(trusting.parameters["E"] - 3.5) > 0.01
    assert trusting.chi2 > 10 > wary.chi2
    assert trusting.errors["E"] > 4 * wary.errors["E"]


def test_unknown_errors_take_the_median_of_the_known_and_unknown_times_do_not_count():
    _, parameters, law = LAWS["Arrhenius"]
    tau = law(T, *parameters.values())
    errors = 0.02 * tau
    whole = gv.dynamics.fit_arrhenius(T, tau, errors)
    errors[2] = np.nan
    assert gv.dynamics.fit_arrhenius(T, tau, errors).errors["E"] == pytest.approx(whole.errors["E"], rel=1e-6)
    tau[4] = np.nan
    assert gv.dynamics.fit_arrhenius(T, tau, errors).temperatures == 5


def test_the_parabolic_law_leaves_out_what_lies_above_its_onset():
    temperatures = np.array([0.20, 0.22, 0.25, 0.28, 0.32, 0.36, 1.6])
    true = 40 * np.exp(0.9**2 * (1 / temperatures - 1 / 0.45) ** 2)
    true[-1] = 40 * np.exp(0.1)
    found = gv.dynamics.fit_parabolic(temperatures, true)
    assert found.temperatures == 6
    assert found.parameters["T_o"] == pytest.approx(0.45, rel=1e-3)
    assert np.isnan(found(0.5))


@pytest.mark.parametrize(
    ("name", "number", "sentence"),
    [("Arrhenius", 2, "Arrhenius fit needs 3 temperatures with a relaxation time, has 2"),
     ("VFT", 3, "VFT fit needs 4 temperatures"), ("parabolic", 3, "parabolic fit needs 4 temperatures")],
)  # fmt: skip
def test_too_few_temperatures_are_refused(name, number, sentence):
    tau = np.geomspace(1e6, 1e3, len(T))
    tau[number:] = np.nan
    with pytest.raises(InputError, match=sentence):
        LAWS[name][0](T, tau)
    with pytest.raises(InputError, match="fit needs"):
        LAWS[name][0]([0.4] * 5, [3.0] * 5)


def test_data_that_a_law_cannot_describe_are_refused():
    with pytest.raises(InputError, match="no divergence"):
        gv.dynamics.fit_vft(T, 1 + 0.3 / T)
    with pytest.raises(InputError, match="not convex"):
        gv.dynamics.fit_parabolic(T, np.exp(-((1 / T) ** 2)))
    with pytest.raises(InputError, match="positive"):
        gv.dynamics.fit_arrhenius(T, -T)
    with pytest.raises(InputError, match="expected as many"):
        gv.dynamics.fit_arrhenius(T, T[:3])
