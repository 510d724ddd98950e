"""A failure of the disk is one sentence that says what to do."""

import errno
import os

import pytest

from abate.base.errors import OutputError
from abate.base.writing import describe_failure, no_room_for_work, writing


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EACCES, "no right to write there"),
        (errno.EROFS, "no right to write there"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_the_reason_is_told_with_the_place(number, words):
    sentence = describe_failure(OSError(number, os.strerror(number)), "results/study")
    assert sentence.startswith("results/study could not be written")
    assert words in sentence


def test_a_failure_to_write_is_an_error_of_the_output(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(OutputError, match="Not a directory"), writing(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b").write_text("")


def test_a_full_temporary_folder_names_the_variable_that_moves_it():
    assert "TMPDIR" in str(no_room_for_work())
