"""How is a Word or Excel file packed so that it is the same to the byte on every run?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

#: The time that stands in every file for when it was made: nothing in a report changes from run to run.
FIXED_TIME = datetime(2000, 1, 1)
#: What made the file: the libraries name other programs.
_APPLICATION = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>abate</Application></Properties>"
)
_FIXED_STAMP = (2000, 1, 1, 0, 0, 0)


def packed(data: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """Return an Office file with the same members in the same order, every one of them of `FIXED_TIME`, made by abate.

    ``replaced`` gives other contents for some of the members; one that the file does not have is no mistake.
    """
    replaced, written = {"docProps/app.xml": _APPLICATION, **(replaced or {})}, io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _FIXED_STAMP)
            # A picture is packed already.
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            member.create_system = 0  # the same on every system
            new.writestr(member, replaced.get(name, old.read(name)), compresslevel=6)
    return written.getvalue()
