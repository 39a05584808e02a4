"""The list of methods: built-in ones, a script's and another package's."""

import subprocess
import sys

import pytest

from scotopic.errors import RangeError
from scotopic.statistics import (
    Likelihood,
    StrengthLimits,
    methods,
    register_method,
    strength_limits,
)

ONE = Likelihood.of_count(1, 0.5)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what a test adds."""
    monkeypatch.setattr(methods.METHODS, "_registered", dict(methods.METHODS._registered))


def per_event(likelihood: Likelihood, *, events: float = 3.0) -> StrengthLimits:
    """So many events, whatever was seen.

    More words.
    """
    value = events / likelihood.signal_weight
    return StrengthLimits.of(likelihood, "per_event", value, expected=(value,) * 5)


def test_the_built_in_methods() -> None:
    names = ("cls", "toys", "asymptotic", "poisson", "poisson_zero_background")
    assert methods.methods()[:5] == names
    for name in names:
        found = methods.method(name)
        assert found.name == name
        assert len(found.description) > 20
    assert methods.method("toys").options == ("toys", "seed")
    assert methods.method("cls").options == ("seed",)
    assert methods.method("poisson").options == ()


def test_a_method_of_a_script() -> None:
    register_method("per_event")(per_event)
    found = methods.method("per_event")
    assert (found.description, found.options) == ("So many events, whatever was seen.", ("events",))
    assert strength_limits(ONE, "per_event").value == 3
    assert strength_limits(ONE, "per_event", events=4.0).value == 4
    assert "per_event" in methods.methods()
    register_method("per_event")(per_event)  # as when a cell of a notebook runs again


def test_what_is_no_method_is_refused() -> None:
    with pytest.raises(RangeError, match=r"^method: 'bayes' is not one of cls, toys, asymptotic"):
        strength_limits(ONE, "bayes")
    with pytest.raises(RangeError, match=r"^toys: is no option of the method 'cls': seed$"):
        strength_limits(ONE, "cls", toys=100)
    with pytest.raises(RangeError, match=r"^method: the name 'cls' is taken"):
        register_method("cls")(per_event)
    register_method("mine")(per_event)
    with pytest.raises(RangeError, match=r"^method: the name 'mine' is taken"):
        register_method("mine")(strength_limits)


def test_the_list_costs_no_import() -> None:
    code = (
        "import sys; from scotopic.statistics.methods import BUILT_IN;"
        "print([m for m in sys.modules if m.split('.')[0] in ('numpy', 'scipy', 'pyhf')"
        " or m == 'importlib.metadata' or m in BUILT_IN.values()])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
