"""Speed of simulated events: target 1e6 semi-visible events per second in the sampling loop.

The loop is what 20 000 events take longer than one event, which needs the tables of the mass.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from scotopic.events.simulation import simulate
from scotopic.materials import Layer, Target, material
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump

SHASHLIK = Target((Layer(material("lead"), 0.15), Layer(material("polystyrene"), 0.15)), 150)
DUMP = Dump("e-", 100.0, SHASHLIK, SHASHLIK.thickness_X0)
MODELS = {
    "one chi2": InelasticDarkMatter(
        mediator_mass=0.5, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
    ),
    "two chi2": InelasticDiracDarkMatter(
        mediator_mass=0.5, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.3, theta=0.04
    ),
}
EVENTS = 20_000

Benchmark = Callable[..., Any]

run = partial(
    simulate,
    DUMP,
    rng_or_seed=1,
    minimum_energy=50.0,
    calculation=Calculation(processes=("bremsstrahlung",)),
)


def fastest(function: Callable[[], object], repetitions: int = 15) -> float:
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("name", MODELS)
def test_sampling_loop(benchmark: Benchmark, name: str) -> None:
    many = partial(run, MODELS[name], events=EVENTS)
    many()  # the tables of the shower and of the cross sections
    benchmark(many)
    loop = fastest(many) - fastest(partial(run, MODELS[name], events=1))
    benchmark_info = getattr(benchmark, "extra_info", {})
    benchmark_info["events per second in the loop"] = EVENTS / loop


def test_one_mass(benchmark: Benchmark) -> None:
    """5000 events of a new mass, tables of the shower and of the cross sections at hand."""
    one = partial(run, MODELS["one chi2"], events=5000)
    one()
    benchmark(one)


def test_widths(benchmark: Benchmark) -> None:
    """Target below 1 ms for all widths of chi2."""
    benchmark(MODELS["one chi2"].chi2_partial_widths)
