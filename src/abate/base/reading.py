"""How is a small text file of the user read, so that what is wrong with it is one sentence?"""

from __future__ import annotations

from pathlib import Path

from abate.base.errors import AbateError, RecordsNotFoundError


def read_text_file(path: Path, *, name_what: str, not_text: AbateError) -> str:
    """Return the text of a file in UTF-8, with or without a mark at its beginning.

    Parameters
    ----------
    path : Path
    name_what : str
        What to name instead where there is no such file, as an imperative without a full stop.
    not_text : AbateError
        To be raised where it is no text in UTF-8.

    Raises
    ------
    RecordsNotFoundError
        If there is no such file, or it cannot be read.
    AbateError
        ``not_text``, if it is no text in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise RecordsNotFoundError(f"there is no file {path}; {name_what}.") from None
    except UnicodeDecodeError:
        raise not_text from None
    except OSError as error:
        raise RecordsNotFoundError(f"{path} cannot be read ({error.strerror or 'no reason given'}).") from None
