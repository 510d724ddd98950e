"""What had each treatment come to before a course? Treatments and the first dose in; outcome, basis and rule out, on every engine.

The first dose is given on 1 January 2024 at midnight; a fair trial takes 60 days, refills have 30 days, a switch 20.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from abate.base.days import SECONDS_PER_DAY
from abate.cohort.failed_classes import find_failed_classes
from abate.cohort.failure_rules import DrugNumbers, FailureRules, declared_rules
from abate.cohort.failures import find_failures
from abate.contracts.definition import Study
from abate.contracts.failure import Failure
from abate.engine.time import epoch_seconds

RULES = FailureRules(
    adequate_seconds=DrugNumbers(by_role={"preventive": 60 * SECONDS_PER_DAY, "acute": SECONDS_PER_DAY}),
    target_mg_day=DrugNumbers(by_ingredient={"topiramate": 100}),
    lasts_seconds=DrugNumbers(by_ingredient={"toxin": 84 * SECONDS_PER_DAY}),
    switch_within_seconds=20 * SECONDS_PER_DAY,
)
ONE = "course_id | person_id | treatment | start\n a | 1 | ketamine | 2024-01-01"


@pytest.fixture
def failures(spec):
    def find(treatments, rules=RULES, courses=ONE):
        spec.given(courses=courses, treatments=treatments)
        start = epoch_seconds(spec.tables["courses"]["start"])
        spec.when(find_failures, spec.tables["courses"].mutate(start_seconds=start), spec.tables["treatments"], rules)
        return spec

    return find


def test_a_recorded_outcome_stands_where_it_was_known_before_the_first_dose(failures):
    """Undated failures are earlier ones; what ends at the first dose was not known before it; what begins then is not looked at."""
    failures("""
        person_id | ingredient | drug_class | role       | start      | end                 | outcome         | basis
        1         | undated    | a          | preventive |            |                     | no effect       | recorded
        1         | begun      | a          | preventive | 2023-12-31 |                     | not tolerated   |
        1         | earlier    | a          | preventive | 2023-09-01 | 2023-12-31 23:59:59 | contraindicated | recorded
        1         | at dose    | a          | preventive | 2023-09-01 | 2024-01-01          | no effect       | recorded
        1         | later      | a          | preventive | 2024-01-01 | 2024-03-01          | no effect       | recorded
        1         | guessed    | a          | preventive | 2023-09-01 | 2023-12-01          | no effect       | inferred
        1         | going on   | a          | preventive | 2023-09-01 |                     | ongoing         | recorded
        2         | not theirs | a          | preventive | 2023-09-01 | 2023-12-01          | no effect       | recorded
    """).then("""
        ingredient | outcome         | basis    | rule
        undated    | no effect       | recorded | recorded
        begun      | not tolerated   | recorded | recorded
        earlier    | contraindicated | recorded | recorded
        at dose    | ongoing         | recorded | not yet known
        guessed    | no effect       | inferred | inferred by the source
        going on   | ongoing         | recorded | recorded
    """)


def test_a_fair_trial_that_stopped_is_a_lack_of_effect_and_a_shorter_one_is_unknown(failures):
    "60 days and 59 days and 23 hours. A trial that ended 30 days before may go on by a refill; with 31 days it has stopped."
    failures("""
        person_id | ingredient | drug_class | role       | start            | end        | outcome
        1         | fair       | a          | preventive | 2023-06-01       | 2023-07-31 | unknown
        1         | short      | b          | preventive | 2023-03-01 01:00 | 2023-04-30 |
        1         | may go on  | c          | preventive | 2023-07-01       | 2023-12-02 |
        1         | stopped    | d          | preventive | 2023-07-01       | 2023-12-01 |
        1         | taken      | e          | preventive | 2023-01-01       | 2024-02-01 |
        1         | no end     | f          | preventive | 2022-01-01       |            |
    """).then("""
        ingredient | days       | adequate  | outcome   | rule                       | is_failed | may_have_failed
        fair       | 60         | yes       | no effect | stopped after a fair trial | true      | true
        short      | 59.9583333 | no        | unknown   | no rule                    | false     | true
        may go on  | 154        | yes       | unknown   | may go on                  | false     | true
        stopped    | 153        | yes       | no effect | stopped after a fair trial | true      | true
        taken      | 365        | yes       | ongoing   | still taken                | false     | false
        no end     |            | not known | unknown   | no dates                   | false     | true
    """)  # fmt: skip


def test_a_short_trial_with_a_switch_near_its_end_was_not_tolerated(failures):
    """20 days between the end and the next class are a switch, 21 are none. A drug of the same class is none, nor one of another role;
    of acute drugs there are none at all."""
    failures("""
        person_id | ingredient | drug_class | role       | start      | end        | outcome
        1         | near       | a          | preventive | 2023-01-01 | 2023-01-11 |
        1         | next       | b          | preventive | 2023-01-31 | 2023-02-10 |
        1         | same class | b          | preventive | 2023-02-20 | 2023-03-01 |
        1         | too late   | c          | preventive | 2023-03-22 | 2023-04-01 |
        1         | other role | d          | acute      | 2023-04-02 | 2023-04-02 |
        1         | acute next | e          | acute      | 2023-04-03 | 2023-04-03 |
    """).then("""
        ingredient | outcome       | rule
        near       | not tolerated | switched after a short trial
        next       | unknown       | no rule
        same class | unknown       | no rule
        too late   | unknown       | no rule
        other role | unknown       | no rule
        acute next | unknown       | no rule
    """)


def test_an_overlap_is_a_switch_too_and_one_at_the_first_dose_is_not_known_before_it(failures):
    failures("""
        person_id | ingredient | drug_class | role       | start      | end        | outcome
        1         | old        | a          | preventive | 2023-01-01 | 2023-06-01 |
        1         | new        | b          | preventive | 2023-05-20 | 2023-05-30 |
        1         | last       | c          | preventive | 2023-12-20 | 2023-12-25 |
        1         | after      | d          | preventive | 2024-01-01 | 2024-05-01 |
    """).then("""
        ingredient | outcome   | rule
        old        | no effect | switched after a fair trial
        new        | unknown   | no rule
        last       | unknown   | no rule
    """)


def test_refills_are_one_trial_at_its_highest_dose(failures):
    "A gap of 30 days is joined, of 31 not. The refill after the first dose is not looked at."
    failures("""
        person_id | ingredient | drug_class | role       | start      | end        | dose_mg_day | outcome
        1         | topiramate | a          | preventive | 2023-01-01 | 2023-01-31 | 50          |
        1         | topiramate | a          | preventive | 2023-03-02 | 2023-04-01 | 100         | unknown
        1         | topiramate | a          | preventive | 2023-05-03 | 2023-06-02 | 99          |
        1         | topiramate | a          | preventive | 2024-01-10 | 2024-06-02 | 200         |
    """).then("""
        days | dose_mg_day | dose_reached | adequate | outcome
        90   | 100         | reached      | yes      | no effect
        30   | 99          | below        | no       | unknown
    """)


BELOW = """
    person_id | ingredient | drug_class | role       | start      | end        | dose_mg_day | outcome
    1         | topiramate | a          | preventive | 2023-01-01 | 2023-04-01 | 99          |
    1         | unknown    | b          | preventive | 2023-07-01 | 2023-10-01 |             |
"""


@pytest.mark.parametrize(
    ("dose", "of_topiramate", "of_the_other"),
    [("where known", "no", "yes"), ("required", "no", "not known"), ("ignored", "yes", "yes")],
)
def test_what_a_low_or_unknown_dose_is_worth_is_declared(failures, dose, of_topiramate, of_the_other):
    failures(BELOW, replace(RULES, dose=dose)).then(f"""
        ingredient | adequate
        topiramate | {of_topiramate}
        unknown    | {of_the_other}
    """)


def test_an_injection_lasts_beyond_its_day(failures):
    "Two injections 84 days apart act for 168; a third, five weeks before the first dose, still acts."
    rules = replace(RULES, adequate_seconds=DrugNumbers(by_class={"toxins": 168 * SECONDS_PER_DAY}))
    injections = """
        person_id | ingredient | drug_class | role       | start      | end        | outcome
        1         | Toxin      | toxins     | preventive | 2023-01-01 | 2023-01-01 |
        1         | Toxin      | toxins     | preventive | 2023-03-26 | 2023-03-26 |
        1         | Toxin      | toxins     | preventive | 2023-11-27 | 2023-11-27 |
    """
    failures(injections, rules).then("""
        days | adequate | outcome   | rule
        168  | yes      | no effect | stopped after a fair trial
        35   | no       | ongoing   | still taken
    """)


def test_a_recorded_lack_of_effect_does_not_count_where_the_trial_is_known_to_be_unfair(failures):
    """30 days are known to be too short; with no dates nothing speaks against it. Not tolerated counts after any time, and a
    contraindication where it is so declared."""
    treatments = """
        person_id | ingredient | drug_class | role       | start      | end        | outcome         | basis
        1         | short      | a          | preventive | 2023-01-01 | 2023-01-31 | no effect       | recorded
        1         | undated    | b          | preventive |            |            | no effect       | recorded
        1         | stopped    | c          | preventive | 2023-01-01 | 2023-01-02 | not tolerated   | recorded
        1         | never      | d          | preventive |            |            | contraindicated | recorded
    """
    failures(treatments).then("""
        ingredient | adequate  | is_failed
        short      | no        | false
        undated    | not known | true
        stopped    | no        | true
        never      | not known | false
    """)
    generous = replace(RULES, too_short_counts=True, contraindicated_counts=True)
    failures(treatments, generous).then("""
        ingredient | is_failed
        short      | true
        undated    | true
        stopped    | true
        never      | true
    """)


def test_what_no_rule_says_may_count_if_the_study_says_so(failures):
    "Stopping after a fair trial is declared to say nothing; then the trial may have failed, or counts as declared."
    treatments = """
        person_id | ingredient | drug_class | role       | start      | end        | outcome
        1         | fair       | a          | preventive | 2023-01-01 | 2023-06-01 |
    """
    silent = replace(RULES, stopped_after_adequate="unknown")
    failures(treatments, silent).then("""
        outcome | rule                       | is_failed | may_have_failed
        unknown | stopped after a fair trial | false     | true
    """)
    failures(treatments, replace(silent, unknown_counts=True)).then("outcome | is_failed\n unknown | true")


def test_nothing_is_inferred_of_an_infusion(failures):
    failures("""
        person_id | ingredient | drug_class         | role     | start      | end        | outcome
        1         | lidocaine  | local anaesthetic  | infusion | 2023-01-01 | 2023-01-06 |
    """).then("outcome | rule\n unknown | no rule")


def test_each_course_of_a_person_has_its_own_history(failures):
    courses = """
        course_id | person_id | treatment | start
        a         | 1         | ketamine  | 2024-01-01
        b         | 1         | ketamine  | 2023-05-01
    """
    treatments = """
        person_id | ingredient | drug_class | role       | start      | end        | outcome
        1         | fair       | a          | preventive | 2023-01-01 | 2023-06-01 |
        1         | later      | b          | preventive | 2023-06-10 | 2023-11-01 |
    """
    failures(treatments, courses=courses).then("""
        course_id | ingredient | days | outcome   | rule
        a         | fair       | 151  | no effect | switched after a fair trial
        a         | later      | 144  | no effect | stopped after a fair trial
        b         | fair       | 120  | ongoing   | still taken
    """)


def test_the_declared_times_come_from_study_definition_or_drug_table_in_this_order():
    table = declared_rules(Failure()).adequate_seconds
    assert table.of("Topiramate", "anticonvulsant", "preventive") == 56 * SECONDS_PER_DAY
    assert table.of("new toxin", "botulinum toxin", "preventive") == 168 * SECONDS_PER_DAY
    assert table.of("not in the table", None, "preventive") == 56 * SECONDS_PER_DAY
    assert table.of("sumatriptan", "triptan", "acute") == SECONDS_PER_DAY
    demanded = {"": 90, "botulinum toxin": 168}
    definition = declared_rules(Failure(), adequate_days=demanded).adequate_seconds
    assert definition.of("topiramate", "anticonvulsant", "preventive") == 90 * SECONDS_PER_DAY
    assert definition.of("onabotulinumtoxinA", "botulinum toxin", "preventive") == 168 * SECONDS_PER_DAY
    own = declared_rules(Failure(adequate_preventive="28d"), adequate_days=demanded).adequate_seconds
    assert own.of("onabotulinumtoxinA", "botulinum toxin", "preventive") == 28 * SECONDS_PER_DAY


@pytest.mark.parametrize(("said", "counts"), [("as the definition says", True), ("does not count", False)])
def test_what_a_study_says_of_contraindications_goes_before_the_definition(said, counts):
    rules = declared_rules(Failure(contraindicated=said), contraindicated_counts=True)
    assert rules.contraindicated_counts is counts


def test_classes_are_summed_up_over_their_trials(spec):
    """Tricyclic: one drug short and unknown, another failed by record. Beta-blocker: contraindicated, which the EHF of 2020 does not
    count. SNRI: 60 days, inferred. Anticonvulsant: ongoing. A trial after the first dose is not looked at."""
    spec.given(
        courses=ONE,
        treatments="""
        person_id | ingredient    | drug_class     | role       | start      | end        | outcome
        1         | amitriptyline | tricyclic      | preventive | 2023-01-01 | 2023-01-10 |
        1         | nortriptyline | tricyclic      | preventive | 2022-01-01 | 2022-06-01 | no effect
        1         | propranolol   | beta-blocker   | preventive |            |            | contraindicated
        1         | venlafaxine   | SNRI           | preventive | 2022-01-01 | 2022-03-02 |
        1         | topiramate    | anticonvulsant | preventive | 2023-12-01 | 2024-03-02 |
        1         | sumatriptan   | triptan        | acute      | 2024-02-01 | 2024-02-03 | no effect
        1         | midazolam     | benzodiazepine | other      | 2023-02-01 | 2023-02-03 |
    """,
    )
    study = Study.model_validate(
        {
            "title": "A test",
            "treatment": {"name": "ketamine"},
            "eligibility": {"refractory": "ehf-2020-resistant"},
            "rating": {"scale": "nrs"},
            "response": {"primary": {"points": 2}},
        }
    )
    spec.when(find_failed_classes, study, spec.tables["courses"], spec.tables["treatments"]).then("""
        drug_class     | has_failed | no_effect | contraindicated | inferred | fair  | may_be_fair | may_have_failed
        tricyclic      | true       | true      | false           | false    | true  | false       | false
        beta-blocker   | false      | false     | true            | false    | false | true        | false
        SNRI           | true       | true      | false           | true     | true  | false       | false
        anticonvulsant | false      | false     | false           | false    | false | false       | false
    """)
