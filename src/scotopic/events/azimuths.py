"""Azimuths drawn from the pole of an emission."""

import numpy as np
import numpy.typing as npt

from scotopic.production.amplitudes import Harmonic

Array = npt.NDArray[np.float64]


def drawn_at_pole(s: Harmonic, u: Array) -> tuple[Array, Array, Array]:
    """Draw the azimuth from 1/s; return cosine, sine, and 1/(2 pi) over the density."""
    b = s.cosine / s.constant
    half = np.pi * (u - 0.5)
    up, down = np.sqrt(1 + b) * np.sin(half), np.sqrt(np.maximum(1 - b, 0.0)) * np.cos(half)
    length = up * up + down * down
    cosine, sine = (down * down - up * up) / length, 2 * up * down / length
    return cosine, sine, (1 + b * cosine) / np.sqrt((1 - b) * (1 + b))
