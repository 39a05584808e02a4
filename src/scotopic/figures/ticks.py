"""Numbers along logarithmic axes: all of one kind, decimals or powers of ten."""

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import Formatter

_LEADING: Final = ((2, 3, 4, 5, 6, 7, 8, 9), (2, 3, 5), (2, 5), (3,))
"""Digits whose multiples of a power of ten may be labelled; the first that have room are."""

_DIGIT_WIDTH: Final = 0.64  # of DejaVu Sans, over the size of the font
_GAP: Final = 0.35  # between labels, the same
_DECIMALS: Final = (1e-3, 1e4)
"""Range of an axis that is labelled with decimals."""


def label_ticks(axes: Axes) -> None:
    """Label logarithmic axes at the decades, and in between if there are at most two."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(_Decades(axis))
            axis.set_minor_formatter(_BetweenDecades(axis))


def number(value: float, *, decimal: bool) -> str:
    r"""Label a number as a decimal, or as a multiple of a power of ten.

    Examples
    --------
    >>> number(0.02, decimal=True), number(100.0, decimal=True)
    ('0.02', '100')
    >>> print(number(1e-12, decimal=False), number(3e-5, decimal=False))
    $10^{-12}$ $3{\cdot}10^{-5}$
    """
    if decimal:
        return f"{value:.6g}"
    exponent = _decade(value)
    factor = f"{value / 10.0**exponent:.6g}"
    first = "" if factor == "1" else factor + r"{\cdot}"
    return f"${first}10^{{{exponent}}}$"


def _decade(value: float) -> int:
    """Return the exponent of the decade in which a number is; rounding does not matter."""
    return math.floor(math.log10(value) + 1e-9)


class _Decades(Formatter):
    """Labels the decades of an axis."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    def _ends(self) -> tuple[float, float]:
        low, high = sorted(self._axis.get_view_interval())
        return low, high

    def __call__(self, value: float, _position: int | None = None) -> str:
        """Label one tick, whatever others there are."""
        low, high = self._ends()
        decimal = low > 0.999 * _DECIMALS[0] and high < 1.001 * _DECIMALS[1]
        return number(value, decimal=decimal)


class _BetweenDecades(_Decades):
    """Labels the ticks between the decades of an axis that has at most two, if they fit."""

    def format_ticks(self, values: Iterable[float]) -> list[str]:
        """Label all ticks; some are out of view."""
        ticks = [float(value) for value in values]
        low, high = self._ends()
        seen = [t for t in ticks if low <= t <= high] if high < 101 * low else []
        digits = [t / 10.0 ** _decade(t) for t in seen]
        if all(abs(d - round(d)) < 1e-6 for d in digits):
            choices = [
                [t for t, d in zip(seen, digits, strict=True) if round(d) in leading]
                for leading in _LEADING
            ]
        else:  # a short axis, with evenly spaced ticks
            choices = [seen[::step] for step in range(1, len(seen) + 1)]
        shown = next((chosen for chosen in choices if self._has_room(chosen, low, high)), [])
        return [self(t) if t in shown else "" for t in ticks]

    def _has_room(self, shown: list[float], low: float, high: float) -> bool:
        """Whether labels keep apart from each other and from those of the decades."""
        decades = [10.0**n for n in range(_decade(low), _decade(high) + 1) if 10.0**n >= low]
        lies = self._axis is self._axis.axes.xaxis
        font_sizes = self._axis.get_tick_space() * (3 if lies else 2)  # along the axis
        length = font_sizes / math.log10(high / low)
        sizes = {t: _width(self(t)) if lies else 1.0 for t in (*decades, *shown)}
        return all(
            length * math.log10(b / a) > (sizes[a] + sizes[b]) / 2 + _GAP
            for a, b in pairwise(sorted(sizes))
        )


def _width(text: str) -> float:
    """Estimate how wide a label is, over the size of the font."""
    return len(re.sub(r"\\cdot|[${}^]", "", text)) * _DIGIT_WIDTH
