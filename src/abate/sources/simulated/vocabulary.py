"""Which concepts does the simulated database use? The slice of the vocabulary that is written beside the records.

Ids, names and codes are those of OHDSI's public concept sets and of the public Synthea and MIMIC databases. Where an id
or its code was not found there, the code is left empty and the row stands under "unverified".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

# Conditions
MIGRAINE, CHRONIC_INTRACTABLE_MIGRAINE, TRANSFORMED_MIGRAINE = 318736, 43530652, 4141827
HEADACHE, HYPERTENSION, ASTHMA, DEPRESSIVE_DISORDER, KIDNEY_STONE = 378253, 316866, 317009, 440383, 201620
NAUSEA, VOMITING, DIZZINESS, FATIGUE, CONFUSION = 31967, 441408, 4223938, 4223659, 381273
ANXIETY, TACHYCARDIA, INSOMNIA = 441542, 444070, 436962

# Drugs
KETAMINE, LIDOCAINE, DIHYDROERGOTAMINE = 785649, 989878, 1126557
TOPIRAMATE, VALPROATE, PROPRANOLOL, METOPROLOL, TIMOLOL = 742267, 745466, 1353766, 1307046, 902427
AMITRIPTYLINE, NORTRIPTYLINE, VENLAFAXINE, BOTULINUM_TOXIN_A = 710062, 721724, 743670, 729855
ERENUMAB = 1510467
SUMATRIPTAN, RIZATRIPTAN, ZOLMITRIPTAN, ELETRIPTAN, IBUPROFEN, DICLOFENAC = (
    1140643, 1154077, 1116031, 1189697, 1177480, 1124300,
)  # fmt: skip
KETOROLAC, MAGNESIUM_SULFATE, METHYLPREDNISOLONE, ONDANSETRON = 1136980, 19093848, 1506270, 1000560

# Ratings, weight, visits, types, routes, units, persons
PAIN_RATING, PAIN_REPORTED, BODY_WEIGHT = 43055141, 3034263, 3025315
INPATIENT, OUTPATIENT, EMERGENCY = 9201, 9202, 9203
TYPE_EHR, TYPE_ADMINISTRATION, TYPE_PRESCRIPTION, TYPE_SELF_REPORT, TYPE_PERIOD = 32817, 32818, 32838, 32865, 44814724
INTRAVENOUS, MILLIGRAM, KILOGRAM = 4171047, 8576, 9529
MALE, FEMALE, WHITE, BLACK, ASIAN, HISPANIC, NOT_HISPANIC = 8507, 8532, 8527, 8516, 8515, 38003563, 38003564
NO_CONCEPT = 0
#: SNOMED codes of events that the simulated hospital records without a standard concept.
HALLUCINATION_CODE, SOMNOLENCE_CODE, BLURRED_VISION_CODE, NYSTAGMUS_CODE = "7011001", "271782001", "111516008", "563001"


class Concept(NamedTuple):
    """One row of CONCEPT, without the dates."""

    concept_id: int
    name: str
    domain: str
    vocabulary: str
    concept_class: str
    code: str


def _conditions(*rows: tuple[int, str, str]) -> list[Concept]:
    return [
        Concept(concept_id, name, "Condition", "SNOMED", "Clinical Finding", code) for concept_id, name, code in rows
    ]


def _ingredients(*rows: tuple[int, str, str]) -> list[Concept]:
    return [Concept(concept_id, name, "Drug", "RxNorm", "Ingredient", code) for concept_id, name, code in rows]


def _plain(vocabulary: str, domain: str, *rows: tuple[int, str, str]) -> list[Concept]:
    return [Concept(concept_id, name, domain, vocabulary, vocabulary, code) for concept_id, name, code in rows]


CONCEPTS: tuple[Concept, ...] = (
    Concept(NO_CONCEPT, "No matching concept", "Metadata", "None", "Undefined", "No matching concept"),
    *_conditions(
        (MIGRAINE, "Migraine", "37796009"),
        (CHRONIC_INTRACTABLE_MIGRAINE, "Chronic intractable migraine without aura", "124171000119105"),
        (TRANSFORMED_MIGRAINE, "Transformed migraine", "427419006"),
        (HEADACHE, "Headache", "25064002"),
        (HYPERTENSION, "Hypertensive disorder", "38341003"),
        (NAUSEA, "Nausea", "422587007"),
        (VOMITING, "Vomiting", "422400008"),
        (DIZZINESS, "Dizziness", "404640003"),
        (FATIGUE, "Fatigue", "84229001"),
        (CONFUSION, "Confusional state", "286933003"),
        (ANXIETY, "Anxiety", "48694002"),
        (TACHYCARDIA, "Tachycardia", "3424008"),
        (INSOMNIA, "Insomnia", "193462001"),
        # unverified codes: the ids stand in OHDSI's concept sets, the codes were not read
        (ASTHMA, "Asthma", ""),
        (DEPRESSIVE_DISORDER, "Depressive disorder", ""),
        (KIDNEY_STONE, "Kidney stone", ""),
    ),
    *_ingredients(
        (LIDOCAINE, "lidocaine", "6387"),
        (DIHYDROERGOTAMINE, "dihydroergotamine", "3418"),
        (TOPIRAMATE, "topiramate", "38404"),
        (VALPROATE, "valproate", "40254"),
        (PROPRANOLOL, "propranolol", "8787"),
        (METOPROLOL, "metoprolol", "6918"),
        (TIMOLOL, "timolol", "10600"),
        (AMITRIPTYLINE, "amitriptyline", "704"),
        (NORTRIPTYLINE, "nortriptyline", "7531"),
        (VENLAFAXINE, "venlafaxine", "39786"),
        (BOTULINUM_TOXIN_A, "botulinum toxin type A", "1712"),
        (ERENUMAB, "erenumab", "2045613"),
        (SUMATRIPTAN, "sumatriptan", "37418"),
        (RIZATRIPTAN, "rizatriptan", "88014"),
        (ZOLMITRIPTAN, "zolmitriptan", "135775"),
        (ELETRIPTAN, "eletriptan", "231049"),
        (IBUPROFEN, "ibuprofen", "5640"),
        (DICLOFENAC, "diclofenac", "3355"),
        (METHYLPREDNISOLONE, "methylprednisolone", "6902"),
        (ONDANSETRON, "ondansetron", "26225"),
        # unverified codes: recalled only, so left empty
        (KETAMINE, "ketamine", ""),
        (KETOROLAC, "ketorolac", ""),
        (MAGNESIUM_SULFATE, "magnesium sulfate", ""),
    ),
    Concept(PAIN_RATING, "Pain severity - 0-10 verbal numeric rating [Score] - Reported", "Measurement", "LOINC",
            "Clinical Observation", "72514-3"),
    Concept(PAIN_REPORTED, "Pain severity - Reported", "Observation", "LOINC", "Clinical Observation", "38208-5"),
    Concept(BODY_WEIGHT, "Body weight", "Measurement", "LOINC", "Clinical Observation", "29463-7"),
    Concept(MILLIGRAM, "milligram", "Unit", "UCUM", "Unit", "mg"),
    Concept(KILOGRAM, "kilogram", "Unit", "UCUM", "Unit", "kg"),
    # unverified code: the id is used by the MIMIC database, the code was not read
    Concept(INTRAVENOUS, "Intravenous", "Route", "SNOMED", "Qualifier Value", ""),
    *_plain("Visit", "Visit", (INPATIENT, "Inpatient Visit", "IP"), (OUTPATIENT, "Outpatient Visit", "OP"),
            (EMERGENCY, "Emergency Room Visit", "ER")),
    *_plain("Type Concept", "Type Concept",
            (TYPE_ADMINISTRATION, "EHR administration record", "OMOP4976891"),
            (TYPE_PRESCRIPTION, "EHR prescription", "OMOP4976911"),
            (TYPE_SELF_REPORT, "Patient self-report", "OMOP4976938"),
            (TYPE_PERIOD, "Period covering healthcare encounters", "OMOP4822291"),
            (TYPE_EHR, "EHR", "")),  # unverified code
    *_plain("Gender", "Gender", (MALE, "MALE", "M"), (FEMALE, "FEMALE", "F")),
    *_plain("Race", "Race", (WHITE, "White", "5"), (BLACK, "Black or African American", "3"), (ASIAN, "Asian", "2")),
    *_plain("Ethnicity", "Ethnicity", (HISPANIC, "Hispanic or Latino", "Hispanic"),
            (NOT_HISPANIC, "Not Hispanic or Latino", "Not Hispanic")),
)  # fmt: skip

#: Descendants that are not the concept itself: (ancestor, descendant, levels between). Levels unverified.
DESCENDANTS: tuple[tuple[int, int, int], ...] = (
    (MIGRAINE, CHRONIC_INTRACTABLE_MIGRAINE, 2),
    (MIGRAINE, TRANSFORMED_MIGRAINE, 1),
)

VOCABULARIES: Mapping[str, str] = MappingProxyType(
    {
        "None": "OMOP Standardized Vocabularies",
        "SNOMED": "Systematic Nomenclature of Medicine - Clinical Terms",
        "RxNorm": "RxNorm",
        "LOINC": "Logical Observation Identifiers Names and Codes",
        "UCUM": "Unified Code for Units of Measure",
        "Visit": "OMOP Visit",
        "Type Concept": "OMOP Type Concept",
        "Gender": "OMOP Gender",
        "Race": "Race",
        "Ethnicity": "Ethnicity",
    }
)

CONDITION_CODE: Mapping[int, str] = MappingProxyType(
    {concept.concept_id: concept.code for concept in CONCEPTS if concept.domain == "Condition"}
)
DRUG_NAME: Mapping[int, str] = MappingProxyType(
    {concept.concept_id: concept.name for concept in CONCEPTS if concept.domain == "Drug"}
)
