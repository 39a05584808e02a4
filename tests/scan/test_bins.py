"""Planes of a search whose selection has bins, against curves with limits set exactly."""

import numpy as np

from scotopic.models.dark_photon import DarkPhoton
from scotopic.scan.plane import exclusion_plane
from scotopic.search import Axis, exclusion_curve

CARD = "ldmx-8GeV-1e16-background"
MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)


def test_edges_of_the_plane_are_those_of_the_curve() -> None:
    """Eleven bins: more than can be interpolated, but shared alike along the coupling."""
    x, y = Axis("mediator_mass", 0.01, 0.3, 3), Axis("kinetic_mixing", 3e-7, 1e-3, 20)
    plane = exclusion_plane(
        CARD, DarkPhoton, x, y, {"alpha_D": 0.1, "mass_ratio": 3.0, "dark_matter": "dirac"}
    )
    wanted = exclusion_curve(CARD, MODEL, x.values).limits()
    (excess,) = plane["excess"]
    for row, limit in zip(excess, wanted, strict=True):
        # events go as the square of the coupling: straight in the logarithm
        edge = np.exp(np.interp(0.0, row, np.log(y.values)))
        np.testing.assert_allclose(edge, limit, rtol=1e-6)
    assert len(plane["part"]) == 11
    assert plane["part"][1].endswith("pT 4 to 8 MeV")
