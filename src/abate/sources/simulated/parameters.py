"""Which hospital is simulated? Every number of the model, its unit and range, and the named sets of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from abate.base.errors import ParameterError

#: Longest stay the model knows, in days; the table of planned days ends there.
LONGEST_STAY_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class HospitalParameters:
    """Every number of the simulated hospital; the defaults are set D, in which the drug does most.

    Ratings are points from 0 to 10, shares and hazards lie between 0 and 1. The letters in brackets are those of the
    formulas in ``ratings``. What is marked *assumed* has no published source: it is there to give records of a
    realistic shape, and says nothing about medicine.

    Parameters
    ----------
    set_name : str
        The set these parameters were taken from; written to the truth file.

    level_mean, level_sd : float
        Mean and standard deviation over persons of a person's usual rating, points [m, sb].
    swing_sd : float
        Standard deviation of the pain of one person over time, points [sw].
    slow_share : float
        Share of the variance over time that changes slowly [f_slow].
    slow_days, fast_days : float
        Time constants of the slow and the fast change, days [tau_slow, tau_fast].
    skew : float
        Skewness of the swings; 0 is normal [k].
    rating_error_sd : float
        Standard deviation of a rating around the pain felt, points [se].
    rise_points, rise_days : float
        Lasting rise of the level [shift], points, reached over the days that end with the first candidate day.

    admission_rule : str
        ``hazard``, ``threshold``, ``record``, ``worst`` or ``random``.
    sees : str
        What the rule looks at: the ``rating``, or the pain ``felt``.
    candidate_days : int
        Days on which a person may be admitted, one chance a day [K].
    hazard_base, hazard_slope : float
        Daily chance 1 - exp(-base exp(slope (rating - 7))), base per day, slope per point [h0, g].
    threshold : float
        Rule ``threshold``: first day with this rating or a higher one, points.
    record_level, record_days : float, int
        Rule ``record``: first day at this rating or above, points, that is as bad as any of the days before.

    hospital_mean, hospital_sd : float
        Effect of being there, points: mean and standard deviation over persons, cut at 0 [hosp].
    hospital_onset_days, hospital_onset_shape, hospital_fade_days : float
        Its onset [hon, hshape] from admission and its fading [hoff] from discharge, days.
    drug_mean, drug_sd, resistant_share : float
        Effect of the drug, points, likewise [drug]; the share of persons in whom it is 0 [resist].
    drug_onset_days, drug_onset_shape, drug_fade_days : float
        Its onset [on, shape] from admission and its fading [off] from discharge, days.
    lidocaine_effect_ratio, dihydroergotamine_effect_ratio : float
        Effect of a comparison treatment as a multiple of the main drug's. Assumed; 0.75 is the ratio of the two falls
        (2.8 and 3.7 points) in the six patients of Schwenk 2021, regression to the mean included.

    planned_day_3, planned_day_4, planned_day_5, planned_day_6, planned_day_7 : float
        Weights of the planned lengths of stay.
    leave_early_share, leave_at_mean : float
        Daily chance, from day 3, of leaving when the day's mean rating is at most this many points [inform, dis_at].
    stop_hazard : float
        Daily chance, from day 2, of a stop for an adverse event [ae].

    history_days : int
        Days of ratings before the first candidate day. The first planned visit falls within one gap of its start, so
        that with 205 days and gaps of 25 every history goes back 180 days before admission.
    planned_visit_gap_days, planned_visit_gap_sd_days : float
        Days between planned visits; a mean of 0 means no planned visits.
    unplanned_visit_hazard, unplanned_visit_slope, unplanned_visit_level : float
        Daily chance hazard * exp(slope (pain felt - level)) of a visit because of pain; 0 means none.
    diary_day_count, diary_window_days : int
        Diary days, and the days before admission among which they are drawn.
    missed_share, missed_at_night_share : float
        Share of the ratings of a stay that were not taken, at any hour, and besides at night (00:00 to 06:00).
    follow_up_1_days, follow_up_2_days, follow_up_sd_days : float
        Days from discharge to the two follow-up visits, and their standard deviation.
    follow_up_missed_share, follow_up_observation_share : float
        Share of follow-up visits not kept; share of persons whose follow-up ratings stand in OBSERVATION.
    return_hazard, return_slope, return_level : float
        Daily chance hazard * exp(slope (pain felt - level)) of an emergency visit after discharge. Assumed.

    start_rate_mg_kg_h, ceiling_mean_mg_kg_h, ceiling_sd_mg_kg_h : float
        Ketamine: first rate, which is also the step of titration, and the rate at which titration ends, mg/kg/h.
        Lauritsen 2016: 0.1, then 0.1 more every 3 to 4 hours; Kim 2023: peak 0.3 to 0.7; Schwenk 2018: mean highest
        rate 0.76. Ceiling and its spread assumed between them, and cut at 1.0 (ASRA 2018, acute pain).
    step_hours_low, step_hours_high : float
        Hours between two steps, by person.
    bag_hours : float
        Hours after which a bag is changed: a new row at the same rate. Assumed.
    pause_per_day, pause_max_hours : float
        Pauses of an infusion per day, and the longest, hours (at most 7.5, so that a course stays one course). Assumed.
    lidocaine_start_mg_h, lidocaine_step_mg_h, lidocaine_ceiling_mg_h : float
        Lidocaine rates, mg/h. Assumed: the published series give none in what was read.
    dihydroergotamine_first_mg, dihydroergotamine_next_mg : float
        Dihydroergotamine every eight hours, mg. Unverified recollection of the Raskin protocol (0.5, then 1 mg).
    weight_mean_kg, weight_sd_kg : float
        Body weight, kg. Mean implied by Schwenk 2018 (65.2 mg/h = 0.76 mg/kg/h); spread assumed.
    adverse_event_factor : float
        Multiplies the chance of every adverse event; 0 means none.

    prevalence : float
        Share of the people with migraine. Assumed; about 12 % is the figure usually given for a year.
    course_share : float
        Share of those with migraine who have a course of the main treatment. Assumed.
    others_per_course : float
        People without a course for each course, where the number of courses is asked for.
    repeat_share, after_lidocaine_share : float
        Share of treated persons with a second course; share whose course came after one of lidocaine.
    lidocaine_per_course, dihydroergotamine_per_course : float
        Persons with a comparison treatment for each course of the main one.
    untreated_ward_per_course, untreated_home_per_course : float
        Persons admitted without an infusion, and persons who met the rule of admission but stayed at home.
    refractory_share : float
        Share of persons with a stay in whom three or more preventive classes had failed before.
    short_observation_share : float
        Share of persons with a stay who were observed for less than 365 days before.
    first_year, last_year : int
        Years in which the first candidate days lie.
    other_visit_count : float
        Mean number of visits of a person who never had a stay.
    death_share : float
        Share of such persons with a date of death.
    dirt : float
        Broken rows of each kind that are added, as a share of the courses; 0 means none.

    Raises
    ------
    ParameterError
        If a value is outside its range.
    """

    set_name: str = "D"

    level_mean: float = 6.85
    level_sd: float = 1.1
    swing_sd: float = 1.45
    slow_share: float = 0.60
    slow_days: float = 6.5
    fast_days: float = 1.0
    skew: float = 0.28
    rating_error_sd: float = 0.6
    rise_points: float = 0.0
    rise_days: float = 45.0

    admission_rule: str = "hazard"
    sees: str = "rating"
    candidate_days: int = 40
    hazard_base: float = 0.04
    hazard_slope: float = 0.35
    threshold: float = 8.0
    record_level: float = 7.0
    record_days: int = 28

    hospital_mean: float = 0.5
    hospital_sd: float = 0.3
    hospital_onset_days: float = 0.8
    hospital_onset_shape: float = 1.0
    hospital_fade_days: float = 4.0
    drug_mean: float = 4.4
    drug_sd: float = 1.4
    resistant_share: float = 0.24
    drug_onset_days: float = 2.5
    drug_onset_shape: float = 1.6
    drug_fade_days: float = 14.0
    lidocaine_effect_ratio: float = 0.75
    dihydroergotamine_effect_ratio: float = 0.75

    planned_day_3: float = 0.02
    planned_day_4: float = 0.06
    planned_day_5: float = 0.25
    planned_day_6: float = 0.32
    planned_day_7: float = 0.35
    leave_early_share: float = 0.45
    leave_at_mean: float = 3.0
    stop_hazard: float = 0.008

    history_days: int = 205
    planned_visit_gap_days: float = 25.0
    planned_visit_gap_sd_days: float = 6.0
    unplanned_visit_hazard: float = 0.0
    unplanned_visit_slope: float = 0.8
    unplanned_visit_level: float = 5.5
    diary_day_count: int = 10
    diary_window_days: int = 28
    missed_share: float = 0.0
    missed_at_night_share: float = 0.0
    follow_up_1_days: float = 38.0
    follow_up_2_days: float = 101.0
    follow_up_sd_days: float = 8.0
    follow_up_missed_share: float = 0.1
    follow_up_observation_share: float = 0.5
    return_hazard: float = 0.002
    return_slope: float = 0.4
    return_level: float = 6.0

    start_rate_mg_kg_h: float = 0.1
    ceiling_mean_mg_kg_h: float = 0.7
    ceiling_sd_mg_kg_h: float = 0.15
    step_hours_low: float = 3.0
    step_hours_high: float = 4.0
    bag_hours: float = 12.0
    pause_per_day: float = 0.1
    pause_max_hours: float = 6.0
    lidocaine_start_mg_h: float = 60.0
    lidocaine_step_mg_h: float = 15.0
    lidocaine_ceiling_mg_h: float = 120.0
    dihydroergotamine_first_mg: float = 0.5
    dihydroergotamine_next_mg: float = 1.0
    weight_mean_kg: float = 85.8
    weight_sd_kg: float = 18.0
    adverse_event_factor: float = 1.0

    prevalence: float = 0.12
    course_share: float = 0.03
    others_per_course: float = 5.0
    repeat_share: float = 0.05
    after_lidocaine_share: float = 0.1
    lidocaine_per_course: float = 0.3
    dihydroergotamine_per_course: float = 0.2
    untreated_ward_per_course: float = 0.2
    untreated_home_per_course: float = 0.3
    refractory_share: float = 0.92
    short_observation_share: float = 0.04
    first_year: int = 2016
    last_year: int = 2019
    other_visit_count: float = 4.0
    death_share: float = 0.002
    dirt: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in _ranges().items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ParameterError(
                    f"hospital parameter {name!r} must lie between {low:g} and {high:g}; got {value:g}."
                )
        for name, known in _WORDS.items():
            if getattr(self, name) not in known:
                raise ParameterError(_unknown(f"value of hospital parameter {name!r}", getattr(self, name), known))
        self._check_pairs()

    def _check_pairs(self) -> None:
        """Check what no single range can say."""
        if sum(self.planned_day_weights) <= 0:
            raise ParameterError("all weights planned_day_3 to planned_day_7 are 0; give at least one above 0.")
        if self.last_year < self.first_year:
            raise ParameterError(f"last_year {self.last_year} lies before first_year {self.first_year}; exchange them.")
        if self.step_hours_high < self.step_hours_low:
            raise ParameterError("step_hours_high is below step_hours_low; exchange them.")
        needed_days = max(self.record_days, self.diary_window_days)
        if self.history_days < needed_days:
            raise ParameterError(f"history_days must be at least {needed_days} (record_days, diary_window_days).")
        if self.diary_day_count > self.diary_window_days:
            raise ParameterError("diary_day_count is above diary_window_days; there is one diary rating a day.")

    @property
    def planned_day_weights(self) -> tuple[float, ...]:
        """Weights of a planned stay of 3, 4, 5, 6 and 7 days."""
        return (self.planned_day_3, self.planned_day_4, self.planned_day_5, self.planned_day_6, self.planned_day_7)


_WORDS: Mapping[str, tuple[str, ...]] = {
    "admission_rule": ("hazard", "threshold", "record", "worst", "random"),
    "sees": ("rating", "felt"),
}

_SHARE = (0.0, 1.0)
_POINTS = (0.0, 10.0)
_DAYS = (0.01, 3650.0)
_NOT_NEGATIVE = (0.0, 1e6)
#: Ranges that are neither those of a share nor "not negative".
_RANGES: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("level_mean", "threshold", "record_level", "leave_at_mean", "return_level"), _POINTS),
    **dict.fromkeys(("unplanned_visit_level",), _POINTS),
    **dict.fromkeys(("slow_days", "fast_days", "rise_days", "follow_up_1_days", "follow_up_2_days"), _DAYS),
    **dict.fromkeys(("hospital_onset_days", "hospital_fade_days", "drug_onset_days", "drug_fade_days"), _DAYS),
    **dict.fromkeys(("hospital_onset_shape", "drug_onset_shape"), (0.05, 20.0)),
    "rise_points": (-10.0, 10.0),
    "skew": (0.0, 1.0),
    "candidate_days": (1, 365),
    "record_days": (1, 365),
    "history_days": (1, 730),
    "planned_visit_gap_days": (0.0, 365.0),
    "planned_visit_gap_sd_days": (0.0, 30.0),
    "follow_up_1_days": (2.0, 120.0),
    "follow_up_2_days": (2.0, 120.0),
    "follow_up_sd_days": (0.0, 10.0),
    "start_rate_mg_kg_h": (0.1, 1.0),
    "ceiling_mean_mg_kg_h": (0.1, 1.0),
    "step_hours_low": (0.5, 48.0),
    "step_hours_high": (0.5, 48.0),
    "bag_hours": (1.0, 48.0),
    "pause_per_day": (0.0, 2.0),
    "pause_max_hours": (0.5, 7.5),
    "lidocaine_start_mg_h": (1.0, 1e4),
    "lidocaine_step_mg_h": (1.0, 1e4),
    "lidocaine_ceiling_mg_h": (1.0, 1e4),
    "dihydroergotamine_first_mg": (0.01, 100.0),
    "dihydroergotamine_next_mg": (0.01, 100.0),
    "weight_mean_kg": (40.0, 160.0),
    "adverse_event_factor": (0.0, 100.0),
    "first_year": (1950, 2100),
    "last_year": (1950, 2100),
    "other_visit_count": (0.0, 1000.0),
}


def _ranges() -> dict[str, tuple[float, float]]:
    """Return the range of every numeric parameter."""
    found: dict[str, tuple[float, float]] = {}
    for field in fields(HospitalParameters):
        if isinstance(field.default, str):
            continue
        is_share = field.name.endswith(("_share", "_hazard")) or field.name in ("prevalence", "dirt")
        found[field.name] = _RANGES.get(field.name, _SHARE if is_share else _NOT_NEGATIVE)
    return found


def _without_drug(set_name: str, **changes: float) -> HospitalParameters:
    """Return a set in which the drug does nothing."""
    return replace(HospitalParameters(), set_name=set_name, drug_mean=0.0, drug_sd=0.0, resistant_share=0.0, **changes)  # type: ignore[arg-type]


_COMMON = {"hospital_onset_days": 1.7, "hospital_fade_days": 8.0, "skew": 0.25}

#: The named sets. D: the drug does most. N-...: no drug effect at all, with a small, a middling and a large effect of
#: the hospital, and one forced to fit the published figures. Searched to fit published figures: a fit, no evidence.
PARAMETER_SETS: Mapping[str, HospitalParameters] = MappingProxyType(
    {
        "D": HospitalParameters(),
        "N-low": _without_drug("N-low"),
        "N-mid": _without_drug(
            "N-mid", **_COMMON, level_mean=6.3, swing_sd=1.6, slow_share=0.40, slow_days=6.0,
            hazard_base=0.05, hazard_slope=0.38, hospital_mean=1.5, hospital_sd=1.0,
        ),
        "N-high": _without_drug(
            "N-high", **_COMMON, level_mean=5.7, swing_sd=1.9, slow_share=0.25, slow_days=5.0,
            hazard_base=0.05, hazard_slope=0.42, hospital_mean=2.0, hospital_sd=1.2, leave_early_share=0.50,
        ),
        "N-fit": _without_drug(
            "N-fit", **{**_COMMON, "hospital_fade_days": 9.0, "skew": 0.17}, level_mean=6.25, level_sd=1.15,
            swing_sd=1.8, slow_share=0.20, slow_days=4.5, hazard_base=0.05, hazard_slope=0.38,
            hospital_mean=3.2, hospital_sd=1.4, leave_early_share=0.40,
        ),
    }
)  # fmt: skip


def parameters_of(set_name: str = "D", overrides: Mapping[str, float | str] | None = None) -> HospitalParameters:
    """Return a named set with some of its parameters changed.

    Parameters
    ----------
    set_name : str
        A key of ``PARAMETER_SETS``.
    overrides : mapping of str to float or str, optional
        New values by parameter name. A whole number is expected where the parameter is one.

    Raises
    ------
    ParameterError
        If the set or a parameter is not known (the nearest known name is given), or a value is outside its range.

    Examples
    --------
    >>> parameters_of("N-mid", {"hospital_mean": 1.0}).hospital_mean
    1.0
    """
    if set_name not in PARAMETER_SETS:
        raise ParameterError(_unknown("parameter set", set_name, PARAMETER_SETS))
    defaults = {field.name: field.default for field in fields(HospitalParameters) if field.name != "set_name"}
    changes: dict[str, float | str] = {}
    for name, value in (overrides or {}).items():
        if name not in defaults:
            raise ParameterError(_unknown("hospital parameter", name, defaults))
        changes[name] = _in_kind(name, value, defaults[name])
    return replace(PARAMETER_SETS[set_name], **changes)  # type: ignore[arg-type]


def _in_kind(name: str, value: float | str, example: object) -> float | str:
    """Return ``value`` as the kind of ``example``: word, whole number or number."""
    if isinstance(example, str) or isinstance(value, str):
        if isinstance(example, str) and isinstance(value, str):
            return value
        raise ParameterError(
            f"hospital parameter {name!r} is a {'word' if isinstance(example, str) else 'number'}; got {value!r}."
        )
    if isinstance(example, int):
        if value != int(value):
            raise ParameterError(f"hospital parameter {name!r} is a whole number; got {value:g}.")
        return int(value)
    return float(value)


def _unknown(what: str, found: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that is not known."""
    names = list(known)
    nearest = difflib.get_close_matches(str(found), names, n=1, cutoff=0.4)
    hint = f"Did you mean {nearest[0]!r}?" if nearest else f"Known are {', '.join(sorted(names)[:12])}."
    return f"{what} {found!r} is not known. {hint}"
