"""What the README promises runs as it stands there."""

import re
from pathlib import Path

import pytest

from scotopic.search import load_experiment

README = (Path(__file__).parents[2] / "README.md").read_text()


def block(language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert match
    return match[1]


def test_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(block("python"), {})  # noqa: S102 - it is ours
    assert {f.name for f in tmp_path.iterdir()} == {"limit.pdf"}
    mass, limit = map(float, capsys.readouterr().out.split())
    assert mass == 1e-3
    assert 5e-6 < limit < 2e-5


def test_card(tmp_path: Path) -> None:
    card = tmp_path / "mine.toml"
    card.write_text(block("toml"))
    assert load_experiment(str(card)).particles_on_target == 3e12
