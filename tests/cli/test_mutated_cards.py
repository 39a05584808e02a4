"""Mutated cards of every kind: a card that is right, or one line for each mistake.

No traceback, no 10 seconds, no 2 GiB. The cards are checked in a process of their own, which this
file is too: `python test_mutated_cards.py SEED NUMBER`.
"""

import copy
import math
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scotopic.cli.cards import checked
from scotopic.errors import CardError
from scotopic.experiments.kinds import KINDS
from scotopic.experiments.templates import TEMPLATES
from scotopic.experiments.toml_text import toml_text

CARDS = KINDS["limit"].directory or Path()
GALLERY = KINDS["plane"].directory or Path()

SECONDS = 10.0  # of the processor: the machine may be busy
MEGABYTES = 2048
LONGEST = 1000  # characters of a message

Path_ = tuple[str | int, ...]

CUT_CARD = """
title = "cuts"
experiment = "na64e-2018"
cuts_GeV = [40.0, 50.0, 60.0]
mediator_masses_GeV = [0.01]
[sideband]
edges_GeV = [60.0, 70.0, 80.0]
events = [3, 12]
source = "a test"
"""

WORDS = (
    *("", " ", "$", r"$\eps$", "a\nb", "\u202e", "\u200b", "\x1b[31m", "x" * 5000, "%s{}", "[a]"),
    *("nan", "majorana", "na64e-2018", "thermal-targets", "thermal relic", "muon central", "y"),
    *("../../etc/passwd", "/dev/zero", "/dev/stdin", ".", "a\0.toml", "mutant.toml", "no.csv"),
    *("os:system", "json:loads", "scotopic.models.dark_photon:DarkPhoton", "a:b:c", "log", "e-"),
)
INTEGERS = (0, -1, 1, 2, 10**6, 2**63, 10**40, 10**400, -(10**4000))
FLOATS = (-0.0, 5e-324, 1e-30, 0.5, 1.0, 1e30, 1e308, -1e308, math.nan, math.inf, -math.inf)
FACTORS = (-1, 0, 1e-30, 1e-6, 0.1, 0.999, 10, 1e6, 1e30)


def cards() -> dict[str, dict[str, Any]]:
    files = [*CARDS.glob("*.toml"), *GALLERY.glob("*.toml"), *TEMPLATES.glob("*.toml")]
    found = {file.name: tomllib.loads(file.read_text()) for file in sorted(files)}
    return found | {"cuts": tomllib.loads(CUT_CARD)}


def places(value: object, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the paths to all in a card."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, entry in items:
        yield (*path, key)
        if isinstance(entry, dict | list):
            yield from places(entry, (*path, key))


def at(card: Any, path: Path_) -> Any:
    for step in path:
        card = card[step]
    return card


class Mutator:
    """Changes cards at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.cards = cards()
        self.keys = sorted({k for c in self.cards.values() for p in places(c) for k in map(str, p)})

    def card(self) -> dict[str, Any]:
        """Return a card with one to three changes."""
        found = copy.deepcopy(self.cards[self.random.choice(sorted(self.cards))])
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            if found:
                self.change(found)
        return found

    def value(self, depth: int = 0) -> Any:
        draw = self.random
        kind = draw.randrange(7 if depth < 2 else 5)
        if kind == 5:
            return [self.value(depth + 1) for _ in range(draw.randrange(4))]
        if kind == 6:
            keys = [draw.choice((*self.keys, *WORDS)) for _ in range(draw.randrange(3))]
            return {key: self.value(depth + 1) for key in keys}
        simple = (*INTEGERS, *FLOATS, *WORDS)
        return draw.choice((draw.uniform(-10, 1000), True, date(2020, 1, 1), draw.choice(simple)))

    def change(self, card: dict[str, Any]) -> None:
        draw = self.random
        everywhere = list(places(card))
        path = draw.choice(everywhere)
        parent, key = at(card, path[:-1]), path[-1]
        old, kind = parent[key], draw.randrange(8)
        is_number = isinstance(old, float) or (type(old) is int and abs(old) < 10**300)
        if kind == 0:
            del parent[key]
        elif kind == 1:
            parent[key] = copy.deepcopy(at(card, draw.choice(everywhere)))
        elif kind == 2 and isinstance(parent, dict):
            parent[draw.choice(self.keys)] = self.value()
        elif kind == 3 and isinstance(parent, list):
            parent.extend(copy.deepcopy(old) for _ in range(draw.choice((1, 2, 50))))
        elif kind == 4 and isinstance(key, str) and isinstance(parent, dict):
            i = draw.randrange(len(key) + 1)
            parent[key[:i] + draw.choice("aZ_. \u00e9") + key[i:]] = parent.pop(key)
        elif kind > 4 and is_number:
            parent[key] = old * draw.choice(FACTORS)
        elif kind > 4 and isinstance(old, str):
            i = draw.randrange(len(old) + 1)
            parent[key] = old[:i] + draw.choice(WORDS) + old[i:]
        else:
            parent[key] = self.value()


def check_many(seed: int, number: int) -> tuple[int, int]:
    """Check mutated cards; return how many were right, and how many were not."""
    mutator = Mutator(seed)
    right = wrong = 0
    warnings.simplefilter("error")
    signal.signal(signal.SIGPROF, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.toml"
        for _ in range(number):
            text = toml_text(mutator.card())
            path.write_text(text)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                checked(str(path))
                right += 1
            except CardError as error:
                wrong += 1
                for line in error.mistakes:
                    assert line.isprintable(), line
                    assert len(line) < LONGEST, line
                    assert re.match(r"\S+: \S", line), line
            except BaseException:
                sys.stderr.write(text)
                raise
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
    return right, wrong


def _too_long(*_: object) -> None:
    raise TimeoutError(f"{SECONDS:g} s")


def check_in_a_process(seed: int, number: int) -> None:
    command = [sys.executable, __file__, str(seed), str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    right, wrong, megabytes = map(float, done.stdout.split())
    assert right + wrong == number
    assert min(right, wrong) > 0.05 * number
    assert megabytes < MEGABYTES


def test_hundreds_of_mutations() -> None:
    check_in_a_process(1, 500)


@pytest.mark.long
def test_thousands_of_mutations() -> None:
    check_in_a_process(2, 5000)


if __name__ == "__main__":
    counts = check_many(int(sys.argv[1]), int(sys.argv[2]))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{counts[0]} {counts[1]} {megabytes}\n")
