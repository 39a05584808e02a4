"""How strongly a model is made where a bound's experiment makes it, in units of the photon's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from scotopic.errors import RangeError
from scotopic.models.mediator import DecayingMediator
from scotopic.words import VECTOR_MESONS

ProducedBy = Literal["electrons", "neutral-pions", "quark-current"]
"""What makes the mediator: electrons and positrons, pi0 -> gamma X, or transitions of hadrons."""

_WORDS: Final[Mapping[ProducedBy, str]] = MappingProxyType(
    {
        "electrons": "electrons",
        "neutral-pions": "quarks in neutral pions",
        "quark-current": "the electromagnetic current of quarks",
    }
)


def production_coupling(by: ProducedBy, model: DecayingMediator) -> float:
    """Return the coupling by which a mediator is made, a dark photon's being its mixing.

    Parameters
    ----------
    by : {"electrons", "neutral-pions", "quark-current"}
        What makes it.
    model : DecayingMediator
        A vector.

    Raises
    ------
    RangeError
        With the reason, if it is not made, or not as a dark photon is.

    Notes
    -----
    Neutral pions: 2 g_u + g_d in units of e, which is half the sum of what rho and omega couple to
    (Ilten, Soreq, Williams and Xue, JHEP 06 (2018) 004, section 2.2). Transitions such as
    K -> pi X go by form factors of the electromagnetic current; other currents are refused.

    Examples
    --------
    >>> from scotopic import BMinusL
    >>> model = BMinusL(mediator_mass=0.1, gauge_coupling=0.302822)
    >>> [round(production_coupling(by, model), 3) for by in ("electrons", "neutral-pions")]
    [1.0, 1.0]
    """
    if model.spin_parity != "vector":
        raise RangeError(f"not recast for {type(model).__name__}, which is no vector")
    found = 0.0
    if by == "electrons":
        found = model.lepton_coupling("electron")
    else:
        mesons = model.meson_couplings
        if by == "neutral-pions":
            found = abs(mesons.get("rho", 0.0) + mesons.get("omega", 0.0)) / 2
        elif mesons:
            every = [mesons[name] for name in VECTOR_MESONS]
            if not np.allclose(every, every[0], rtol=1e-9, atol=0):
                raise RangeError(
                    f"not recast for {type(model).__name__}: it does not couple to quarks as the"
                    " photon does"
                )
            found = abs(every[0])
    if not found > 0:
        raise RangeError(f"it does not couple to {_WORDS[by]}")
    return found
