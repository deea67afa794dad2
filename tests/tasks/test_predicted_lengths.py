"""Collective quantities of tGlassMLP at a level, network by network."""

import numpy as np
import pytest

from glassviz.dynamics import pooled_chord_length
from glassviz.learning import TGlassMLP
from glassviz.learning.tglass_at import Conditioned
from glassviz.tasks.predicted_lengths import QUANTITIES, predicted_lengths
from tests.learning.ladder import QUICK, state_point


def test_each_network_counts_by_itself_and_no_label_is_read():
    point, colder = state_point(0.5), state_point(0.35)
    model = TGlassMLP.fit([point], scaled_on=[point, colder], **QUICK)
    found = predicted_lengths(model, colder, 0.7)
    assert set(found) == set(QUANTITIES)
    at = Conditioned(model, colder, [0.7])
    fields = np.array(
        [at.predict_each(c, i)[:, 0, c.types == 1] for c, i in zip(colder.configurations, colder.inherent, strict=True)]
    )
    assert fields.mean() == pytest.approx(0.7, abs=0.02)
    for network in (0, 1):
        means = fields[:, network].mean(axis=1)
        assert found["chi_4"][network] == pytest.approx(fields.shape[2] * means.var(ddof=1), rel=1e-5)
        where = [c.positions[c.types == 1] for c in colder.configurations]
        chord = pooled_chord_length(where, list(fields[:, network].astype(float)), colder.configurations[0].box)
        assert found["chord"][network] == pytest.approx(chord)
    for record in colder.records:
        record.bond_breaking_halves[:] = np.nan
    np.testing.assert_allclose(predicted_lengths(model, colder, 0.7)["chi_4"], found["chi_4"])
