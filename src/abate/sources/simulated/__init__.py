"""What would the records of a hospital look like in which the truth is known? A simulated OMOP CDM 5.4 and its truth."""

from abate.sources.simulated.hospital import Hospital, simulate_hospital, simulate_to, write_hospital
from abate.sources.simulated.parameters import PARAMETER_SETS, HospitalParameters, parameters_of

__all__ = [
    "PARAMETER_SETS",
    "Hospital",
    "HospitalParameters",
    "parameters_of",
    "simulate_hospital",
    "simulate_to",
    "write_hospital",
]
