import numpy as np
import pytest

from dropviz.training.step_pairs import OPTIMIZERS, StepPairsConfig, step_pairs


@pytest.fixture(scope="module")
def found():
    return step_pairs(StepPairsConfig(rates=(0.0, 0.3, 0.8, 0.95), epochs=6))


def test_by_the_rule_the_pairs_coincide_and_with_equal_settings_they_part(found):
    assert found.loss.shape == (len(OPTIMIZERS), 3, 4, 7)
    equal, rule = found.apart.swapaxes(0, 1)
    assert (rule < 1e-12).all()
    np.testing.assert_array_equal(found.apart[:, :, 0], 0.0)
    assert (equal[:, 1:] > 0.01).all()
    # all start as the same function, and learn
    np.testing.assert_allclose(found.loss[..., 0], found.loss[0, 0, 0, 0], rtol=1e-12)
    assert (found.loss[:, :, 1, -1] < 0.7 * found.loss[:, :, 1, 0]).all()


def test_the_network_has_the_gradients_of_the_formula(found):
    assert found.measured.keys() == found.ratios.keys()
    for name, exact in found.ratios.items():
        np.testing.assert_allclose(found.measured[name], exact, rtol=1e-12, err_msg=name)


def test_signal_to_noise_is_the_same_for_both(found):
    np.testing.assert_allclose(found.signal["standard"][1:], found.signal["inverted"][1:], rtol=1e-9)
    assert np.isnan(found.signal["standard"][0])
    assert (np.diff(found.signal["standard"][1:]) < 0.0).all()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="epochs must be an integer from 1 to 200; got 0"):
        StepPairsConfig(epochs=0)
