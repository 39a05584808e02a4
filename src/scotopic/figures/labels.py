"""How parameters of models are written in figures: along axes, and with their values."""

import re

from scotopic.models.metadata import Parameter, upright

_POWER = r"\^(-?\d+)"


def axis_label(known: Parameter) -> str:
    r"""Return what stands along an axis: the symbol and its unit, couplings by their names too.

    Examples
    --------
    >>> print(axis_label(Parameter(label="m_a", long_name="mass", unit="GeV", role="mass")))
    $m_a$ [GeV]
    >>> print(axis_label(Parameter(label="g", long_name="gauge coupling", role="coupling")))
    gauge coupling $g$
    """
    symbol = " = ".join(part for part in (known.label, known.definition) if part)
    name = f"{known.long_name} " if known.role in {"coupling", "dark coupling"} else ""
    unit = re.sub(_POWER, r"$^{\1}$", known.unit)
    return f"{name}${symbol}$" + (f" [{unit}]" if known.unit != "1" else "")


def with_value(known: Parameter, value: float | str, digits: int = 6) -> str:
    r"""Return a parameter with its value.

    Examples
    --------
    >>> print(with_value(Parameter(label="m_a", long_name="mass", unit="GeV"), 0.1))
    $m_a = 0.1\,\mathrm{GeV}$
    """
    shown = upright(value) if isinstance(value, str) else f"{value:.{digits}g}"
    unit = re.sub(_POWER, r"^{\1}", known.unit)
    return f"${known.label} = {shown}" + (rf"\,\mathrm{{{unit}}}$" if unit != "1" else "$")
