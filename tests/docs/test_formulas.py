"""The documentation's own programs."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_formulas_become_mathml_or_are_refused() -> None:
    pytest.importorskip("latex2mathml", reason="the extra 'docs' is not installed")
    mathml = runpy.run_path(str(ROOT / "docs" / "render_formulas.py"))["mathml"]
    formula = mathml(r"m_{A'} = \frac{1}{2}", display=True)
    assert formula.startswith("<math")
    assert "<mfrac>" in formula
    for unknown in (r"\nonsense x", r"\frac{1", r"\begin{unknown}a & b\end{unknown}", "a_b_c"):
        with pytest.raises(ValueError, match=re.escape(repr(unknown))):
            mathml(unknown, display=False)
