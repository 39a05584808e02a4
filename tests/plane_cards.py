"""Run cards of small planes of the dark photon with Dirac dark matter."""

Ends = tuple[float, float, int]


def plane_card(title: str, masses: Ends, couplings: Ends, layers: str) -> str:
    """Return a card: its title, lowest and highest value and points of its axes, its layers."""
    axes = (("x", "mediator_mass", masses), ("y", "kinetic_mixing", couplings))
    return (
        f"""
title = "{title}"
source = "a test"
model = "dark_photon"
[fixed]
alpha_D = 0.1
mass_ratio = 3
dark_matter = "dirac"
"""
        + "".join(
            f"""[{axis}]
parameter = "{parameter}"
minimum = {low!r}
maximum = {high!r}
points = {points}
"""
            for axis, parameter, (low, high, points) in axes
        )
        + layers
    )
