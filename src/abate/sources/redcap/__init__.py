"""A chart review kept in REDCap: the project to upload, and its raw export read back with every row accounted for."""

from abate.sources.redcap.dictionary import write_project
from abate.sources.redcap.read import read_redcap_export

__all__ = ["read_redcap_export", "write_project"]
