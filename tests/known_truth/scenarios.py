"""Which hospitals are drawn, how many courses has each, which methods are asked, and what is the truth about them?

A scenario's ``number`` is part of its seeds and must not change. The order of ``SCENARIOS`` is the order in which they are
run: by importance, the slow ones last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from abate.sources.simulated import HospitalParameters, parameters_of

#: Seeds are this number + 10 000 for each scenario + the hospital; none of them is used anywhere else in the repository.
FIRST_SEED = 2_718_000_000
SEEDS_PER_SCENARIO = 10_000
HOSPITALS = 200

#: No drug effect, no effect of the ward, nobody leaves because better: only what ratings do by themselves.
BASE: Mapping[str, float] = MappingProxyType(
    {
        "level_mean": 6.2, "level_sd": 1.0, "swing_sd": 1.5, "slow_share": 0.5, "slow_days": 10.0, "skew": 0.2,
        "hazard_base": 0.05, "hazard_slope": 0.6, "hospital_mean": 0.0, "hospital_sd": 0.0, "drug_mean": 0.0,
        "drug_sd": 0.0, "resistant_share": 0.0, "leave_early_share": 0.0, "planned_day_3": 0.02, "planned_day_4": 0.1,
        "planned_day_5": 0.28, "planned_day_6": 0.3, "planned_day_7": 0.3, "history_days": 152,
    }
)  # fmt: skip
#: The paths need not reach to follow-up visits where nobody asks for them.
_SHORT: Mapping[str, float] = MappingProxyType(
    {"follow_up_1_days": 2.0, "follow_up_2_days": 2.0, "follow_up_sd_days": 0.0}
)
_EFFECT_1: Mapping[str, float] = MappingProxyType({"drug_mean": 1.0, "drug_sd": 0.5})
_EFFECT_25: Mapping[str, float] = MappingProxyType({"drug_mean": 2.5, "drug_sd": 0.8})
_WORST: Mapping[str, float | str] = MappingProxyType({"admission_rule": "worst", "candidate_days": 28})
_BAD_VISITS: Mapping[str, float] = MappingProxyType({"planned_visit_gap_days": 0.0, "unplanned_visit_hazard": 0.012})

#: Where the line beside the model and the claim that rests on both are shown: the plain ones, those with an effect, and those
#: whose ratings are least normal. The check that compares the two is asked everywhere.
_SCORED = (
    "random", "hazard", "threshold", "visits-only", "skew", "bad-visits-diary", "effect-1", "effect-2.5", "regimes", "attacks",
    "trend", "regimes-effect", "attacks-effect", "trend-effect", "hazard-new", "threshold-new", "attacks-new", "attacks-effect-new",
)  # fmt: skip
_PLANNED = ("planned_day", "planned_day_rating", "planned_day_untreated")
PLAIN_METHODS = ("naive", "history_mean", "model", "model_printed", "conditional")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One kind of hospital.

    Attributes
    ----------
    number : int
        Part of the seeds.
    name, title : str
        Of the file of results, and on the page.
    course_count : int
        Treated courses of a hospital.
    parameters : HospitalParameters
        Of the package's simulator; of other families, what is not theirs (admission, stay, visits).
    methods : tuple of str
        Keys of ``methods.METHODS`` or ``comparisons.METHODS``.
    family : str
        Who moves the pain: ``package``, or a key of ``families.FAMILIES``; ``comparison`` for two drugs.
    controls : tuple of str
        Untreated episodes: ``ward``, ``home``, ``milder``. As many of each as there are courses.
    repeat_share : float
        Share of the persons who have two courses.
    at_follow_up : bool
        Whether the final rating is that of the first follow-up visit.
    settings : mapping
        Of the comparison of two drugs.
    """

    number: int
    name: str
    title: str
    parameters: HospitalParameters
    methods: tuple[str, ...]
    course_count: int = 61
    family: str = "package"
    controls: tuple[str, ...] = ()
    repeat_share: float = 0.0
    at_follow_up: bool = False
    settings: Mapping[str, float] = field(default_factory=dict)

    def seed_of(self, hospital: int) -> int:
        """Return the seed of a hospital, counted from 0."""
        return FIRST_SEED + SEEDS_PER_SCENARIO * self.number + hospital


def _base(**changes: float | str) -> HospitalParameters:
    return parameters_of("D", {**BASE, **_SHORT, **changes})


def _split(number: int, name: str, title: str, *more: str, **fields: object) -> Scenario:
    """Return a scenario of the base set at 61 courses, with untreated episodes of the same ward."""
    changes = fields.pop("changes", {})
    fields.setdefault("controls", ("ward",))
    controls = tuple(f"controls_{kind}" for kind in fields["controls"])  # type: ignore[attr-defined]
    fields.setdefault("parameters", _base(**changes))  # type: ignore[arg-type]
    methods = (*PLAIN_METHODS, *controls, *(("normal_scores", "page_claim") if name in _SCORED else ()), *more)
    return Scenario(number=number, name=name, title=title, methods=methods, **fields)  # type: ignore[arg-type]


def _large(number: int, of: Scenario) -> Scenario:
    """Return the same scenario at 600 courses, without untreated episodes."""
    methods = tuple(name for name in of.methods if not name.startswith("controls_"))
    return replace(of, number=number, name=f"{of.name}-600", course_count=600, methods=methods, controls=())


_RANDOM = _split(1, "random", "no effect; index day at random", changes={"admission_rule": "random"})
_HAZARD = _split(2, "hazard", "no effect; admission likelier when bad", controls=("ward", "milder"))
_THRESHOLD = _split(
    3, "threshold", "no effect; first day at 8 or more", "davis", "on_scale", "conditional_high",
    changes={"admission_rule": "threshold"},
)  # fmt: skip
_RECORD = _split(
    4, "record", "no effect; first day at 7+ as bad as any of 28 before", changes={"admission_rule": "record"}
)
_HINDSIGHT = _split(
    5, "hindsight", "no effect; worst of 28 days, chosen afterwards", "hindsight", "worst_of_28", "worst_of_5",
    changes=_WORST,
)  # fmt: skip
_SKEW = _split(
    6, "skew", "no effect; more skew, wider swings", changes={"skew": 0.45, "swing_sd": 1.8, "level_mean": 5.6}
)
_VISITS_ONLY = _split(7, "visits-only", "no effect; visits only, no diary", changes={"diary_day_count": 0})
_FELT = _split(
    8, "felt", "no effect; chosen by felt pain, noisy rating",
    changes={"rating_error_sd": 1.2, "hazard_slope": 0.9, "sees": "felt"},
)  # fmt: skip
_EFFECT_ONE = _split(9, "effect-1", "effect 1", changes=_EFFECT_1)
_EFFECT = _split(10, "effect-2.5", "effect 2.5", changes=_EFFECT_25)
_EFFECT_HINDSIGHT = _split(
    11, "effect-2.5-hindsight", "effect 2.5; worst of 28 afterwards", "hindsight", changes={**_EFFECT_25, **_WORST}
)
_LEAVING = _split(
    12, "leaving", "no effect; discharge when better", *_PLANNED, controls=("ward", "home"),
    changes={"leave_early_share": 0.8, "leave_at_mean": 5.0},
)  # fmt: skip
_EFFECT_LEAVING = _split(
    13, "effect-2.5-leaving", "effect 2.5; discharge when better", *_PLANNED, controls=("ward", "home"),
    changes={**_EFFECT_25, "leave_early_share": 0.8, "leave_at_mean": 3.0},
)  # fmt: skip
_WARD = _split(
    14, "ward", "no drug effect; hospital 1.5", controls=("ward", "home"),
    changes={"hospital_mean": 1.5, "hospital_sd": 0.3},
)  # fmt: skip
_RISE = _split(15, "rise", "no effect; lasting rise of 1.5 before", changes={"rise_points": 1.5, "level_mean": 5.4})
_BAD = _split(
    16, "bad-visits", "no effect; visits only when bad", "visits", changes={**_BAD_VISITS, "diary_day_count": 0}
)
_BAD_DIARY = _split(
    17, "bad-visits-diary", "no effect; visits when bad, and diary", "diary_only", "visits", changes=_BAD_VISITS
)

_FADE = _split(
    20, "fading", "effect 2.5 that fades (5 days); final at follow-up (38 days)", at_follow_up=True, controls=(),
    parameters=parameters_of(
        "D", {**BASE, **_EFFECT_25, "drug_fade_days": 5.0, "follow_up_2_days": 38.0, "follow_up_missed_share": 0.0}
    ),
)  # fmt: skip
_REPEAT = _split(
    21, "repeat", "no effect; half of the persons have two courses", "naive_by_course", "model_by_course",
    controls=(), repeat_share=0.5,
)  # fmt: skip
_EFFECT_REPEAT = _split(
    22, "effect-2.5-repeat", "effect 2.5 (SD 1.4 between persons); half have two courses", "naive_by_course",
    "model_by_course", controls=(), repeat_share=0.5, changes={"drug_mean": 2.5, "drug_sd": 1.4},
)  # fmt: skip


def _published(number: int, set_name: str, title: str) -> Scenario:
    parameters = parameters_of(set_name, {"follow_up_missed_share": 0.0})
    methods = (*PLAIN_METHODS, "controls_ward", "planned_day")
    return Scenario(
        number=number, name=f"set-{set_name}", title=title, parameters=parameters, methods=methods, controls=("ward",)
    )


_SETS = (
    _published(30, "D", "set D: drug 4.4, ward 0.5, leaves when better"),
    _published(31, "N-low", "set N-low: no drug, ward 0.5, leaves when better"),
    _published(32, "N-mid", "set N-mid: no drug, ward 1.5, leaves when better"),
    _published(33, "N-high", "set N-high: no drug, ward 2.0, leaves when better"),
    _published(34, "N-fit", "set N-fit: no drug, ward 3.2, leaves when better"),
)


def _family(number: int, family: str, title: str, **changes: float) -> Scenario:
    kind = "effect 2.5" if changes else "no effect"
    name = f"{family}-effect" if changes else family
    return _split(number, name, f"{kind}; {title}", family=family, changes=changes)


_FAMILIES = (
    _family(40, "regimes", "level switches between good and bad weeks"),
    _family(41, "attacks", "attacks, pain-free days between"),
    _family(42, "trend", "a trend over months that goes on"),
    _family(43, "regimes", "level switches between good and bad weeks", **_EFFECT_25),
    _family(44, "attacks", "attacks, pain-free days between", **_EFFECT_25),
    _family(45, "trend", "a trend over months that goes on", **_EFFECT_25),
)

#: The same hospitals on new seeds, to judge the check of the shape of ratings, which was chosen after seeds 41 and 44 were seen.
_NEW_SEEDS = (
    _split(50, "attacks-new", "no effect; attacks, pain-free days between; new seeds", family="attacks"),
    _split(51, "attacks-effect-new", "effect 2.5; attacks, pain-free days between; new seeds", family="attacks", changes=_EFFECT_25),
    _split(52, "hazard-new", "no effect; admission likelier when bad; new seeds"),
    _split(53, "threshold-new", "no effect; first day at 8 or more; new seeds", changes={"admission_rule": "threshold"}),
)  # fmt: skip

COMPARISON_METHODS = ("unadjusted", "overlap", "augmented", "augmented_everybody", "entropy")
#: Drug 2 does as many points as drug 1, or 1 point less; what else differs is in the settings of comparisons.py.
_TWO_DRUGS: Mapping[str, float] = MappingProxyType({"drug_mean": 2.5, "drug_sd": 0.8, "hospital_mean": 0.5})


def _comparison(number: int, name: str, title: str, *more: str, **fields: object) -> Scenario:
    changes = fields.pop("changes", {})
    parameters = parameters_of("D", {**BASE, **_TWO_DRUGS, **_SHORT, **changes})  # type: ignore[dict-item]
    return Scenario(
        number=number, name=name, title=title, parameters=parameters, methods=(*COMPARISON_METHODS, *more),
        family="comparison", course_count=122, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


_FOLLOW_UP: Mapping[str, float] = MappingProxyType(
    {"follow_up_1_days": 38.0, "follow_up_2_days": 38.0, "follow_up_sd_days": 8.0, "follow_up_missed_share": 0.0,
     "drug_fade_days": 14.0}
)  # fmt: skip

COMPARISONS = (
    _comparison(60, "choice-same", "confounded choice; both drugs do the same", settings={"ratio": 1.0}),
    _comparison(61, "choice-1-point", "confounded choice; drug 1 does 1 point more", settings={"ratio": 0.6}),
    _comparison(
        62, "hidden-same", "hidden confounder; both drugs do the same", "with_hidden",
        settings={"ratio": 1.0, "hidden": 1.2},
    ),
    _comparison(
        63, "choice-fading", "drug 1 does 1 point more at discharge; both fade (14 days); asked at 38 days",
        settings={"ratio": 0.6}, at_follow_up=True, changes=_FOLLOW_UP,
    ),
    _comparison(
        64, "choice-repeat-same", "half of the persons come twice, same drug again; both do the same",
        "overlap_by_course", "augmented_by_course", settings={"ratio": 1.0}, repeat_share=0.5,
    ),
    _comparison(
        65, "choice-repeat", "half of the persons come twice, same drug again; drug 1 does 1 point more",
        "overlap_by_course", "augmented_by_course", settings={"ratio": 0.6}, repeat_share=0.5,
    ),
    _comparison(
        66, "hidden-1-point", "hidden confounder; drug 1 does 1 point more", "with_hidden",
        settings={"ratio": 0.6, "hidden": 1.2},
    ),
)  # fmt: skip

SCENARIOS: tuple[Scenario, ...] = (
    *_NEW_SEEDS, _HAZARD, _RANDOM, _THRESHOLD, _SKEW, _VISITS_ONLY, _HINDSIGHT, _BAD, _BAD_DIARY, _LEAVING, _EFFECT_LEAVING,
    _WARD, _RISE, _RECORD, _FELT, _EFFECT_ONE, _EFFECT, _EFFECT_HINDSIGHT, *_FAMILIES[:3], *_SETS, _FADE, _REPEAT,
    _EFFECT_REPEAT, *COMPARISONS, *_FAMILIES[3:],
    _large(102, _HAZARD), _large(112, _LEAVING), _large(110, _EFFECT), _large(103, _THRESHOLD), _large(101, _RANDOM),
    _large(106, _SKEW), _large(107, _VISITS_ONLY), _large(105, _HINDSIGHT), _large(116, _BAD),
)  # fmt: skip
BY_NAME: Mapping[str, Scenario] = MappingProxyType({scenario.name: scenario for scenario in SCENARIOS})

#: Where the assumptions of the model hold, or nearly: the scenarios of the demands on coverage and responders.
PLAIN = ("random", "hazard", "threshold", "visits-only", "skew")
