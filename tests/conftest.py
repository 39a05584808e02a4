"""What tests share: the reference numbers, draws that repeat, time left."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"
_PAUSE = 15.0  # seconds between two notes on the time that is left

# The speed of the machine decides nothing.
_PATIENT = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("fixed", _PATIENT, derandomize=True, max_examples=100)
settings.register_profile("random", _PATIENT, derandomize=False, max_examples=500, print_blob=True)
settings.load_profile("fixed")  # --hypothesis-profile=random takes the other


@pytest.fixture
def reference() -> Callable[[str], npt.NDArray[np.float64]]:
    """Return a reader of the reference tables; the test is skipped where they are absent."""

    def read(name: str) -> npt.NDArray[np.float64]:
        path = REFERENCE / name
        if not path.is_file():
            pytest.skip(f"reference numbers are absent: {name} is not beside the repository")
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        return np.loadtxt(lines[1:], delimiter=",")

    return read


class TimeLeft:
    """Tells on a terminal, or in a log, how long the tests may still take."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self.reporter = reporter
        self.done = 0
        self.started = self.told = time.monotonic()

    def pytest_runtest_logfinish(self) -> None:
        """Tell it, if it was not told lately."""
        self.done += 1
        now = time.monotonic()
        total = self.reporter._session.testscollected if self.reporter._session else 0
        if now - self.told < _PAUSE or self.done >= total:
            return
        self.told = now
        left = (now - self.started) * (total / self.done - 1) / 60
        self.reporter.write(f"\n{self.done} of {total} tests, about {left:.1f} minutes left\n")


@pytest.hookimpl(trylast=True)  # the reporter is made by another
def pytest_configure(config: pytest.Config) -> None:
    """Show the time left where the tests are reported: in the first of several processes."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(TimeLeft(reporter), "time-left")
