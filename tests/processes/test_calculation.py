"""Which processes count."""

import pytest
from tests.cards.simple import FLAT

from scotopic.errors import RangeError
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.search import Search, load_experiment


def test_all_processes_count_by_default() -> None:
    assert Calculation().processes == ()
    built_in = ("bremsstrahlung", "annihilation", "primakoff", "photoproduction")
    assert PROCESSES.names()[:4] == built_in


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(RangeError, match="did you mean 'bremsstrahlung'"):
        Calculation(processes=("bremstrahlung",))


def test_cards_decide_what_a_calculation_leaves_open() -> None:
    """How electrons move: the calculation, else the card, else as in their atoms."""
    flat = load_experiment(FLAT)
    for card, given, moving in [
        (flat, None, False),
        (flat, True, True),
        (load_experiment("na64e-2018"), None, True),
        (load_experiment("na64e-2018"), False, False),
    ]:
        (part,) = Search.of(card, calculation=Calculation(bound_electrons=given)).parts
        assert part.question.calculation.electrons_move is moving
    with pytest.raises(RangeError, match="bound_electrons: 'false'"):
        Calculation(bound_electrons="false")  # type: ignore[arg-type]
