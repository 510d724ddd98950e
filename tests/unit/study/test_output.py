"""Nothing is left half-written, and nothing that abate did not write is touched."""

import errno
import os
import stat

import pytest

from abate.base.errors import OutputError
from abate.study.output import check_target, staged, write_text


def test_a_run_appears_only_when_it_is_complete(tmp_path):
    target = tmp_path / "study"
    with staged(target) as folder:
        (folder / "manifest.json").write_text("{}")
        assert not target.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


@pytest.mark.parametrize("failure", [ValueError("a bug"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing(tmp_path, failure):
    def fail():
        with staged(tmp_path / "study") as folder:
            (folder / "half").write_text("half")
            raise failure

    with pytest.raises(type(failure)):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_no_folder_that_was_made_on_the_way(tmp_path):
    def fail():
        with staged(tmp_path / "results" / "2024" / "study"):
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_folders_of_others(tmp_path):
    (tmp_path / "results").mkdir()

    def fail():
        with staged(tmp_path / "results" / "study"):
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        fail()
    assert list(tmp_path.iterdir()) == [tmp_path / "results"]


def test_what_fails_while_reading_is_not_told_as_a_failure_to_write(tmp_path):
    def fail():
        with staged(tmp_path / "study"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), "records.csv")

    with pytest.raises(OSError, match=r"records\.csv"):
        fail()


def test_an_earlier_run_stays_when_its_successor_fails(tmp_path):
    target = tmp_path / "study"
    with staged(target) as folder:
        (folder / "manifest.json").write_text("first")

    def fail():
        with staged(target):
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        fail()
    assert (target / "manifest.json").read_text() == "first"


def test_an_earlier_run_is_replaced_only_when_asked(tmp_path):
    target = tmp_path / "study"
    with staged(target) as folder:
        (folder / "manifest.json").write_text("first")
    with pytest.raises(OutputError, match="add --overwrite"):
        check_target(target, overwrite=False)
    check_target(target, overwrite=True)


def test_a_folder_of_others_is_never_replaced(tmp_path):
    (tmp_path / "theses").mkdir()
    (tmp_path / "theses" / "chapter1.docx").write_text("years of work")
    with pytest.raises(OutputError, match="was not written by abate"):
        check_target(tmp_path / "theses", overwrite=True)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "study").write_text("")
    with pytest.raises(OutputError, match="is no folder"):
        check_target(tmp_path / "study", overwrite=True)


def test_a_run_is_for_its_owner_alone(tmp_path):
    with staged(tmp_path / "study"):
        pass
    assert stat.S_IMODE((tmp_path / "study").stat().st_mode) == 0o700


def test_a_study_file_is_not_written_over(tmp_path):
    write_text("one", tmp_path / "study.toml")
    with pytest.raises(OutputError, match="is there already"):
        write_text("two", tmp_path / "study.toml")
    assert (tmp_path / "study.toml").read_text() == "one"
