import numpy as np
import pytest
import torch

from glassviz.configuration import minimum_image
from glassviz.errors import Cancelled, DataError, GlassvizError
from glassviz.learning.gradients import Networks, error_slopes, whole_slopes
from glassviz.learning.loss import Sample, collective, correlation_weights, error_term, whole_loss
from glassviz.learning.network import forward, initial_parameters
from glassviz.learning.training import Stage, Training

SHORT = (Stage(30, 5e-3, 1), Stage(20, 1e-3, 1, 4), Stage(6, 5e-4, 2), Stage(8, 2e-4, 2, 3))
BOX = np.array([12.0, 13.0])
SCALE = torch.tensor([0.17, 0.2, 0.23])


def sample(seed, members, number=60, width=5):
    """A configuration with labels that a network can learn, another target for each member."""
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(number, width)).astype(np.float32)
    slopes = np.random.default_rng(0).normal(size=(members, width))
    targets = 0.5 + 0.2 * np.tanh(slopes @ inputs.T) + 0.02 * random.normal(size=(members, number))
    weights = correlation_weights(random.random((number, 2)) * BOX, BOX)
    return Sample(torch.from_numpy(inputs), torch.from_numpy(targets.astype(np.float32)), weights, "bond_breaking")


def training(members=(0, 1, 2), schedule=SHORT, seed=3):
    """A run of some members of three, which does not depend on the others."""
    chosen = list(members)

    def own(seed):
        whole = sample(seed, 3)
        return Sample(whole.inputs, whole.targets[chosen], whole.weights, whole.observable, scale=SCALE[chosen])

    parameters = {n: torch.from_numpy(v) for n, v in initial_parameters(5, [(9, k) for k in chosen]).items()}
    samples, validation = [own(1), own(2)], [own(4)]
    return Training(Networks(parameters), samples, validation, schedule, seed)


def test_an_ensemble_trains_as_its_members_alone():
    together = training().run()
    for member in range(3):
        alone = training(members=[member]).run()
        for name, value in alone.items():
            torch.testing.assert_close(together[name][member], value[0], rtol=0.02, atol=2e-3)


def test_the_optimiser_is_adam():
    run = training(schedule=(Stage(4, 5e-3, 1),))
    copies = {name: value.detach().clone().requires_grad_() for name, value in run.parameters.items()}
    adam = torch.optim.Adam(copies.values(), lr=5e-3)
    for epoch in range(4):
        for k in np.random.default_rng([3, 0, epoch]).permutation(2):
            adam.zero_grad()
            error = (forward(copies, run.samples[k].inputs) - run.samples[k].targets).abs().mean(dim=1) / SCALE
            error.sum().backward()
            adam.step()
    run.run()
    for name, value in copies.items():
        torch.testing.assert_close(run.parameters[name], value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("observable", ["bond_breaking", "displacement"])
@pytest.mark.parametrize("phase", [1, 2])
def test_the_derivatives_are_those_of_network_and_loss(observable, phase):
    batch, precise = sample(1, 3), {}
    scale = torch.tensor([0.2, 0.3, 0.4]).double()
    batch = Sample(batch.inputs.double(), batch.targets.double(), batch.weights.double(), observable, scale=scale)
    for name, value in initial_parameters(5, [(9, k) for k in range(3)]).items():
        precise[name] = torch.from_numpy(value).double().requires_grad_()
    true = batch.true_values()
    predicted = forward(precise, batch.inputs)
    terms = (error_term, error_slopes) if phase == 1 else (whole_loss, whole_slopes)
    more = () if phase == 1 else (true,)
    loss = terms[0](predicted, batch, *more)
    loss.sum().backward()
    with torch.no_grad():
        networks = Networks({name: value.detach() for name, value in precise.items()})
        output = networks.forward(batch.inputs)
        torch.testing.assert_close(output, predicted)
        found, slopes = terms[1](output, batch, *more)
        networks.backward(slopes)
    torch.testing.assert_close(found, loss)
    expected = torch.cat([value.grad.reshape(-1) for value in precise.values()])
    assert expected.abs().min() > 0
    torch.testing.assert_close(networks.gradient, expected, rtol=1e-9, atol=1e-12)


def test_training_learns_and_the_whole_loss_repairs_the_variance():
    first = training(schedule=SHORT[:2])
    error = first.run()
    whole = training().run()
    check = sample(4, 3)
    for best in (error, whole):
        predicted = forward(best, check.inputs)
        for member in range(3):
            assert np.corrcoef(predicted[member], check.targets[member])[0, 1] > 0.6
    true = check.true_values()
    losses = [whole_loss(forward(best, check.inputs), check, true) for best in (error, whole)]
    assert (losses[1] <= losses[0] + 1e-6).all()
    assert losses[1].sum() < 0.98 * losses[0].sum()


def test_a_stopped_run_goes_on_to_the_last_bit(tmp_path):
    expected = training().run()
    for stop in (1, 25, 32, 57):

        def interrupt(done, total, stop=stop):
            if done == stop:
                raise Cancelled

        path = tmp_path / f"{stop}.safetensors"
        with pytest.raises(Cancelled):
            training().run(interrupt, path)
        assert path.exists()
        resumed = training()
        found = resumed.run(checkpoint=path)
        for name, value in expected.items():
            assert torch.equal(found[name], value), (stop, name)
        assert len(resumed.history) > stop
        epochs, seen, finished = [], [], training()
        found = finished.run(lambda *_, epochs=epochs: epochs.append(1), path, seen.extend)
        assert torch.equal(found[name], value)
        assert (epochs, seen) == ([], resumed.history)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    path = tmp_path / "state.safetensors"
    training().save(path)
    with pytest.raises(DataError, match="another run"):
        training(seed=4).run(checkpoint=path)
    with pytest.raises(DataError, match="another run"):
        training(members=[0]).run(checkpoint=path)
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot be read"):
        training().run(checkpoint=path)


def test_a_loss_that_is_no_number_names_the_member():
    run = training()
    run.samples[0].targets[1, 5] = float("nan")
    with pytest.raises(GlassvizError, match="member 1"):
        run.run()


def test_collective_terms_are_the_sums_of_their_definition():
    random = np.random.default_rng(5)
    positions, values = random.random((40, 2)) * BOX, random.random((2, 40))
    weights = correlation_weights(positions, BOX)
    batch = Sample(torch.zeros(40, 1), torch.from_numpy(values.astype(np.float32)), weights, "bond_breaking")
    found, variance = collective(batch.targets, batch)
    separation = minimum_image(positions[:, None] - positions[None], BOX)
    distance = np.linalg.norm(separation, axis=2)
    for member in range(2):
        d = (1 - values[member]) - (1 - values[member]).mean()
        for k, r in enumerate((2.0, 5.0, 8.0)):
            total = 0.0
            for i in range(40):
                w = np.exp(-((distance[i] - r) ** 2) / 2)
                total += d[i] * (w * d).sum() / w.sum()
            assert float(found[member, k]) == pytest.approx(total / (d**2).sum(), abs=1e-5)
        assert float(variance[member]) == pytest.approx((d**2).mean(), rel=1e-5)


def test_displacements_are_correlated_through_their_mobility():
    values = torch.tensor([[0.1, 0.2, 0.9, 1.2]])
    batch = Sample(torch.zeros(4, 1), values, torch.eye(4).repeat(3, 1, 1), "displacement")
    moving = 0.5 * (1 + np.tanh(20 * (values.numpy()[0] - 0.44)))
    _, variance = collective(values, batch)
    assert float(variance[0]) == pytest.approx(moving.var(), rel=1e-5)


def test_displacements_of_which_all_are_mobile_count_by_their_error_alone():
    rng = np.random.default_rng(6)
    late, early = rng.uniform(1.0, 3.0, (1, 50)), rng.uniform(0.2, 0.7, (1, 50))
    values = torch.from_numpy(np.concatenate([late, early]).astype(np.float32))
    weights = correlation_weights(rng.random((50, 2)) * 8, np.array([8.0, 8.0]))
    batch = Sample(torch.zeros(50, 1), values, weights, "displacement")
    true = batch.true_values()
    assert true[2].tolist() == [0, 1]
    predicted = values + torch.from_numpy(rng.normal(0, 0.1, (2, 50)).astype(np.float32))
    loss, error = whole_loss(predicted, batch, true), error_term(predicted, batch)
    assert loss[0] == error[0]
    assert loss[1] > error[1] + 0.01
    slopes = [slope(predicted, batch, *more)[1] for slope, more in ((whole_slopes, (true,)), (error_slopes, ()))]
    torch.testing.assert_close(slopes[0][0], slopes[1][0])
    assert (slopes[0][1] - slopes[1][1]).abs().max() > 1e-3


def test_replica_noise_is_taken_out_of_what_the_loss_holds_a_network_to():
    rng = np.random.default_rng(8)
    box = np.array([14.0, 14.0])
    positions = rng.random((400, 2)) * box
    weights = correlation_weights(positions, box)
    signal = 0.1 * np.cos(2 * np.pi * positions[:, 0] / 14) + 0.02 * rng.normal(size=400)
    noise = 0.15 * rng.normal(size=(2, 60, 400))
    halves = torch.from_numpy((0.5 + signal + noise).astype(np.float32))

    def sample(values, own_halves=None):
        return Sample(torch.zeros(400, 1), values, weights, "bond_breaking", own_halves)

    noisy = sample(halves.mean(dim=0)).true_values()
    free = sample(halves.mean(dim=0), halves).true_values()
    exact = sample(torch.from_numpy((0.5 + signal).astype(np.float32))[None]).true_values()
    # Over 60 draws of the noise the mean is right, where the labels' own values are far off.
    assert free[1].mean() == pytest.approx(float(exact[1][0]), rel=0.05)
    assert noisy[1].mean() > 2.5 * exact[1][0]
    np.testing.assert_allclose(free[0].mean(dim=0), exact[0][0], atol=0.05)
    assert noisy[0][:, 0].mean() < 0.5 * exact[0][0, 0]


def test_where_halves_share_nothing_the_labels_own_values_count():
    rng = np.random.default_rng(9)
    weights = correlation_weights(rng.random((50, 2)) * 8, np.array([8.0, 8.0]))
    first = rng.normal(size=(1, 50)).astype(np.float32)
    halves = torch.from_numpy(np.stack([first, -0.5 * first]))
    batch = Sample(torch.zeros(50, 1), halves.mean(dim=0), weights, "bond_breaking", halves)
    own = Sample(torch.zeros(50, 1), halves.mean(dim=0), weights, "bond_breaking").true_values()
    for found, expected in zip(batch.true_values(), own, strict=True):
        torch.testing.assert_close(found, expected)
