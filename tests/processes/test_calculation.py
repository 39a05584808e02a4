"""Which processes count."""

import pytest

from scotopic.errors import RangeError
from scotopic.processes.calculation import PROCESSES, Calculation


def test_all_processes_count_by_default() -> None:
    assert Calculation().processes == ()
    assert PROCESSES.names()[:3] == ("bremsstrahlung", "annihilation", "primakoff")


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(RangeError, match="did you mean 'bremsstrahlung'"):
        Calculation(processes=("bremstrahlung",))
