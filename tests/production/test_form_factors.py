"""Form factors against their limits and Tsai's radiation logarithms."""

import math

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.materials import element
from scotopic.production.form_factors import (
    elastic_form_factor,
    form_factor,
    inelastic_form_factor,
)
from scotopic.units import ELECTRON_MASS


@pytest.mark.parametrize("symbol", ["H", "C", "Fe", "W", "Pb"])
def test_limits_of_the_elastic_form_factor(symbol: str) -> None:
    atom = element(symbol)
    screening = 111 * atom.atomic_number ** (-1 / 3) / ELECTRON_MASS
    size = 0.164 * atom.atomic_mass ** (-2 / 3)
    tiny = 1e-6 / screening**2
    assert float(elastic_form_factor(tiny, atom)) == pytest.approx(
        atom.atomic_number**2 * 1e-12, rel=1e-5
    )
    # between the atom and the nucleus the charge is Z; both corrections are below 1 % there
    between = math.sqrt(size) / screening
    assert float(elastic_form_factor(between, atom)) == pytest.approx(
        atom.atomic_number**2, rel=0.01
    )
    assert float(elastic_form_factor(size, atom)) == pytest.approx(
        atom.atomic_number**2 / 4, rel=1e-4
    )


@pytest.mark.parametrize("symbol", ["C", "Fe", "W", "Pb"])
def test_screening_gives_the_radiation_logarithms(symbol: str) -> None:
    # Complete screening: L = 1 + Int_0^m_e dq/q [G2/Z^2], Tsai (1974), eq. 3.44. His 184.15
    # is e^(1/2) 111 = 183.0 here, 0.006 in the logarithm; 1194 comes out as 1274 (0.065).
    atom = element(symbol)
    q = np.exp(np.linspace(math.log(1e-12), math.log(ELECTRON_MASS), 20001))
    nucleus, electrons = atom.radiation_logarithms
    elastic = 1 + np.trapezoid(elastic_form_factor(q * q, atom), np.log(q)) / atom.atomic_number**2
    assert elastic == pytest.approx(nucleus, abs=0.01)
    single = 1 + np.trapezoid(inelastic_form_factor(q * q, atom), np.log(q)) / atom.atomic_number
    assert single == pytest.approx(electrons, abs=0.07)


def test_names() -> None:
    lead, t = element("Pb"), np.geomspace(1e-12, 1, 7)
    assert np.all(form_factor(t, lead, "elastic") == elastic_form_factor(t, lead))
    both = elastic_form_factor(t, lead) + inelastic_form_factor(t, lead)
    assert np.all(form_factor(t, lead, "elastic+inelastic") == both)
    with pytest.raises(RangeError, match="'none' is not one of elastic, elastic"):
        form_factor(t, lead, "none")


def test_proton_scale_of_the_inelastic_form_factor() -> None:
    # at t = 0.71 GeV^2 the dipole is (1/2)^4 in the amplitude, the magnetic factor 2.370
    lead = element("Pb")
    assert float(inelastic_form_factor(0.71, lead)) == pytest.approx(
        82 * (1 + 0.71 / (4 * 0.938272**2) * (2.792847**2 - 1)) ** 2 / 2**8, rel=1e-6
    )
