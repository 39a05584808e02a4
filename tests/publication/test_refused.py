"""What is not published: other people's files, damaged ones, results twice, what is no result."""

import shutil
from pathlib import Path

import pytest
from tests.program import scotopic
from tests.publication.submissions import MISSING, done

pytest.importorskip("hepdata_validator", reason=MISSING)


def test_a_result_is_published_once(results: Path, tmp_path: Path) -> None:
    again = results / "plane" / ".." / "limit"
    found = scotopic("export", "hepdata", results / "limit", again, "-o", tmp_path / "out")
    assert found.returncode == 2
    assert f"{again}: is named twice" in found.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["result.json", "cannot be read", "scotopic limit"]),
        ("{", ["result.json", "not JSON"]),
        ('{"a": 1}', ["result.json", "no kind", "limit, plane, relic"]),
        ('{"kind": "curve", "axes": []}', ["result.json", "not as scotopic writes results"]),
        ('{"kind": "plane", "axes": []}', ["result.json", "not as scotopic writes results"]),
    ],
)
def test_what_is_no_result_is_one_line(
    tmp_path: Path, content: str | None, words: list[str]
) -> None:
    directory = tmp_path / "some"
    directory.mkdir()
    if content is not None:
        (directory / "result.json").write_text(content)
    found = scotopic("export", "hepdata", directory, "--output", tmp_path / "out")
    assert found.returncode == 2
    assert len(found.stderr.splitlines()) == 1
    for word in (*words, str(directory)):
        assert word in found.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["some"]


def test_a_submission_is_never_overwritten(results: Path, submission: Path) -> None:
    before = (submission / "submission.yaml").read_bytes()
    found = scotopic("export", "hepdata", results / "limit", "--output", submission)
    assert found.returncode == 2
    assert "is there already" in found.stderr
    assert (submission / "submission.yaml").read_bytes() == before


def test_nothing_is_left_of_one_that_fails(results: Path, tmp_path: Path) -> None:
    """A damaged picture among the figures."""
    copy = tmp_path / "limit"
    shutil.copytree(results / "limit", copy)
    picture = (copy / "limit.png").read_bytes()
    for content, message in (
        (b"nothing", "limit.png: is no figure that scotopic made"),
        (picture[:1000], "limit.png: is no picture"),
        (picture.replace(b"made by", b"made in"), "limit.png: is no figure that scotopic made"),
    ):
        (copy / "limit.png").write_bytes(content)
        found = scotopic("export", "hepdata", copy, "--output", tmp_path / "out")
        assert found.returncode == 2
        assert message in found.stderr
        assert [one.name for one in tmp_path.iterdir()] == ["limit"]


@pytest.mark.parametrize("name", ["limit.pdf", "limit.png", "result.json"])
def test_links_out_of_a_directory_are_not_published(
    results: Path, tmp_path: Path, name: str
) -> None:
    """Whatever they lead to: a figure of another directory, a secret, nothing."""
    copy = tmp_path / "limit"
    shutil.copytree(results / "limit", copy)
    (tmp_path / "secret").write_text("made by scotopic: not quite")
    for target in (tmp_path / "secret", results / "limit" / name, tmp_path / "nowhere"):
        (copy / name).unlink()
        (copy / name).symlink_to(target)
        found = scotopic("export", "hepdata", copy, "--output", tmp_path / "out")
        assert found.returncode == 2
        assert f"{name}: is a link to {target}" in found.stderr
        assert not (tmp_path / "out").exists()


def test_pictures_of_others_are_not_published(results: Path, tmp_path: Path) -> None:
    copy = tmp_path / "limit"
    shutil.copytree(results / "limit", copy)
    shutil.copy(copy / "limit.png", copy / "passport.png")
    (copy / "passport.pdf").symlink_to("/etc/passwd")
    done("export", "hepdata", copy, "--output", tmp_path / "out")
    published = {one.name for one in (tmp_path / "out").iterdir()}
    assert {"limit-limit.png", "limit-limit.pdf"} <= published
    assert not [name for name in published if "passport" in name]


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from scotopic import extras  # noqa: PLC0415
    from scotopic.errors import ScotopicError  # noqa: PLC0415

    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(ScotopicError, match=r"hepdata_lib .*'scotopic\[publication\]'"):
        extras.required("hepdata_lib")
