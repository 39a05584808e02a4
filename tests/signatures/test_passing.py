"""What detectors accept beyond the window: shares by process, with their statistical errors."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.portal import Portal
from scotopic.processes.calculation import Calculation
from scotopic.progress import Report
from scotopic.search import Search, load_experiment
from scotopic.signatures.invisible import invisible_responses
from scotopic.signatures.missing_energy import window_of
from scotopic.signatures.passing import Shares

MODEL = DarkPhoton(
    mediator_mass=0.24, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
SHARES = {"bremsstrahlung": (0.5, 0.01), "annihilation": (0.2, 0.02), "photoproduction": (0.3, 0.1)}
COUPLING = np.array([1e-4])


class Toy:
    """Shares that depend on the process alone."""

    def shares(
        self,
        process: str,
        models: Sequence[Portal],
        report: Report,  # noqa: ARG002
    ) -> Shares:
        """Return those of the table above."""
        value, error = SHARES[process]
        return Shares(np.full(len(models), value), np.full(len(models), error))


@pytest.mark.parametrize("alpha_D", [None, (0.01, 0.5)])
def test_each_process_has_its_share(alpha_D: tuple[float, float] | None) -> None:
    """The sum of the processes one by one, each with its share; errors add up."""
    (part,) = Search.of(load_experiment("na64e-2018")).parts
    question = replace(part.question, alpha_D=alpha_D)
    window = window_of(question)
    at = np.array([0.1])
    alone = {
        name: invisible_responses(
            replace(question, calculation=Calculation(processes=(name,))), [MODEL], window
        )[0](COUPLING, at)
        for name in SHARES
    }
    (response,) = invisible_responses(question, [MODEL], window, passing=Toy())
    found = response(COUPLING, at)
    made = {name: one.per_particle[0] for name, one in alone.items()}
    expected = sum(made[name] * share for name, (share, _) in SHARES.items())
    # one sum in another order; interpolation in alpha_D is linear in the yields
    assert found.per_particle[0] == pytest.approx(expected, rel=1e-12)
    whole = sum(made.values())
    (branching,) = alone["bremsstrahlung"].efficiency
    assert found.efficiency[0] == pytest.approx(branching * expected / whole, rel=1e-9)
    spread = sum(made[name] * error for name, (_, error) in SHARES.items()) / expected
    if alpha_D is None:
        assert found.statistical_error[0] == pytest.approx(spread, rel=1e-12)
    else:  # the largest of the range
        assert found.statistical_error[0] >= spread
