"""What a row of an infusion record means: rate, amount and end by the first rule that fits, or the reason why none does."""

import pytest

from abate.sources.findings import Findings
from abate.sources.infusion_rates import EXPOSURES, WEIGHTS, normalise_rates
from tests.tables import KNOWN_TABLES

KNOWN_TABLES.update(exposures=EXPOSURES, weights=WEIGHTS)


class Normalised:
    """The administrations and findings of the exposures given."""

    def __init__(self, spec):
        self.spec = spec

    def given(self, exposures, weights="person_id | time | weight_kg"):
        self.spec.given(exposures=exposures, weights=weights)
        findings = Findings(self.spec.engine)
        self.rows = normalise_rates(
            self.spec.tables["exposures"], self.spec.tables["weights"], self.spec.engine, findings, "drug_exposure"
        )
        self.findings = findings.as_table()

    def then_doses(self, expected):
        self.spec.then(expected, self.rows)

    def then_findings(self, expected):
        self.spec.then(expected, self.findings)


@pytest.fixture
def normalised(spec):
    return Normalised(spec)


def rows(*lines):
    return (
        "row_key | person_id | treatment | start | end | rate_text | amount | amount_unit | days_supply\n"
        + "\n".join(lines)
    )


def test_a_rate_in_the_text_counts_whatever_its_spelling(normalised):
    "Blanks, case, the micro sign and words before the number are of no account; the amount is rate x time (2 h here)."
    normalised.given(
        rows(
            "a | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 50 mcg/hour |  |  | ",
            "b | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 2.5 mg/hr |  |  | ",
            "c | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | Rate: 12.5 MG / H |  |  | ",
            "d | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 50µg/h |  |  | ",
            "e | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 1 mg per minute |  |  | ",
            "f | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 100 mg/50 mL at 10 mg/h |  |  | ",
        )
    )
    normalised.then_doses("""
        row_key | rate_mg_h | amount_mg | end              | basis
        a       | 0.05      | 0.1       | 2024-01-01 12:00 | rate text
        b       | 2.5       | 5         | 2024-01-01 12:00 | rate text
        c       | 12.5      | 25        | 2024-01-01 12:00 | rate text
        d       | 0.05      | 0.1       | 2024-01-01 12:00 | rate text
        e       | 60        | 120       | 2024-01-01 12:00 | rate text
        f       | 10        | 20        | 2024-01-01 12:00 | rate text
    """)
    normalised.then_findings("table | rule")


def test_a_rate_for_a_body_of_70_kg_is_a_rate_per_kg(normalised):
    "21 mg/h per 70 kg is 0.3 mg/kg/h: 24 mg/h at 80 kg, not 21; without a weight it is nothing that can be used."
    normalised.given(
        rows(
            "a | 1 | x | 2024-01-10 10:00 | 2024-01-10 11:00 | 21 mg/h per 70 kg |  |  | ",
            "b | 1 | x | 2024-01-10 11:00 | 2024-01-10 12:00 | 21 mg/h/70kg |  |  | ",
            "c | 2 | x | 2024-01-10 10:00 | 2024-01-10 11:00 | 21 mg/70 kg/h |  |  | ",
        ),
        """
        person_id | time             | weight_kg
        1         | 2024-01-01 10:00 | 80
        """,
    )
    normalised.then_doses("""
        row_key | rate_mg_h | basis
        a       | 24        | rate text per kg
        b       | 24        | rate text per kg
    """)
    normalised.then_findings("""
        row_key | action  | rule
        c       | dropped | The rate is per kg and there is no weight before the dose.
    """)


def test_a_rate_per_kg_takes_the_weight_nearest_before_the_dose(normalised):
    "70 kg at the start of a, 80 kg at the start of b; later weights and other persons' do not count. 5 mcg/kg/min = 0.3 mg/kg/h."
    normalised.given(
        rows(
            "a | 1 | x | 2024-01-10 10:00 | 2024-01-10 11:00 | 0.3 mg/kg/h |  |  | ",
            "b | 1 | x | 2024-01-20 10:00 | 2024-01-20 11:00 | 5 mcg/kg/min |  |  | ",
            "c | 2 | x | 2024-01-20 10:00 | 2024-01-20 11:00 | 0.3 mg/h/kg |  |  | ",
            "d | 3 | x | 2024-01-20 10:00 | 2024-01-20 11:00 | 0.3 mg/kg/h |  |  | ",
        ),
        """
        person_id | time             | weight_kg
        1         | 2024-01-01 08:00 | 60
        1         | 2024-01-10 10:00 | 70
        1         | 2024-01-20 09:00 | 80
        1         | 2024-01-20 10:01 | 99
        2         | 2024-01-21 09:00 | 50
        3         | 2022-12-01 09:00 | 50
        """,
    )
    normalised.then_doses("""
        row_key | rate_mg_h | weight_kg | basis
        a       | 21        | 70        | rate text per kg
        b       | 24        | 80        | rate text per kg
        d       | 15        | 50        | rate text per kg
    """)
    normalised.then_findings("""
        row_key | action  | rule
        c       | dropped | The rate is per kg and there is no weight before the dose.
        d       | kept    | The weight used is older than a year.
    """)


def test_an_amount_is_spread_over_its_time_or_is_a_bolus(normalised):
    "mcg, mg and g may be mixed. Without a rate text, five minutes or less are a bolus, and so is a row without length."
    normalised.given(
        rows(
            "over | 1 | x | 2024-01-01 10:00 | 2024-01-01 14:00 |  | 200 | mcg | ",
            "grams | 1 | x | 2024-01-01 10:00 | 2024-01-01 14:00 |  | 0.2 | Grams | ",
            "six minutes | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:06 |  | 5 | mg | ",
            "five minutes | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:05 |  | 5 | mg | ",
            "no length | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:00 |  | 25 | mcg | ",
            "no end | 1 | x | 2024-01-01 10:00 |  |  | 25 | mcg | ",
            "words | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:01 | as directed | 25 | mcg | ",
        )
    )
    normalised.then_doses("""
        row_key      | rate_mg_h | amount_mg | end              | basis
        over         | 0.05      | 0.2       | 2024-01-01 14:00 | amount over time
        grams        | 50        | 200       | 2024-01-01 14:00 | amount over time
        six minutes  | 50        | 5         | 2024-01-01 10:06 | amount over time
        five minutes |           | 5         | 2024-01-01 10:00 | bolus
        no length    |           | 0.025     | 2024-01-01 10:00 | bolus
        no end       |           | 0.025     | 2024-01-01 10:00 | bolus
        words        |           | 0.025     | 2024-01-01 10:00 | bolus
    """)
    normalised.then_findings("table | rule")


def test_an_order_lasts_as_long_as_its_supply(normalised):
    "Days of supply count only where the end is missing; 240 mg over 5 days are 2 mg/h."
    normalised.given(
        rows(
            "order | 1 | x | 2024-01-01 10:00 |  |  | 240 | mg | 5",
            "rate | 1 | x | 2024-01-01 10:00 |  | 2 mg/h |  |  | 5",
            "one day | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:00 |  | 240 | mg | 5",
        )
    )
    normalised.then_doses("""
        row_key | rate_mg_h | amount_mg | end              | basis
        order   | 2         | 240       | 2024-01-06 10:00 | amount over days of supply
        rate    | 2         | 240       | 2024-01-06 10:00 | rate text
        one day |           | 240       | 2024-01-01 10:00 | bolus
    """)
    normalised.then_findings("""
        row_key | action | rule
        one day | kept   | There are several days of supply, but the end is the start: taken as one dose at the start.
    """)


def test_a_rate_and_an_amount_both_stand(normalised):
    "10 mg/h for 2 h are 20 mg: 22 mg differ by a tenth, which is tolerated; 22.1 mg by more. Without a length, they give the end."
    normalised.given(
        rows(
            "close | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 10 mg/h | 22 | mg | ",
            "apart | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 10 mg/h | 22.1 | mg | ",
            "no length | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:00 | 10 mg/h | 5 | mg | ",
            "volume | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 10 mg/h | 5 | mL | ",
        )
    )
    normalised.then_doses("""
        row_key   | rate_mg_h | amount_mg | end              | basis
        close     | 10        | 22        | 2024-01-01 12:00 | rate text
        apart     | 10        | 22.1      | 2024-01-01 12:00 | rate text
        no length | 10        | 5         | 2024-01-01 10:30 | rate text, end from amount
        volume    | 10        | 20        | 2024-01-01 12:00 | rate text
    """)
    normalised.then_findings("""
        row_key | action | rule
        apart   | kept   | Rate x time and the recorded amount differ by more than a tenth: both stand as recorded.
    """)


def test_a_rate_of_zero_is_a_pause(normalised):
    normalised.given(
        rows(
            "pause | 1 | x | 2024-01-01 10:00 | 2024-01-01 11:00 | 0 mg/h |  |  | ",
            "beside | 1 | x | 2024-01-01 10:00 | 2024-01-01 11:00 | 0 mg/h | 0 | mg | ",
            "at odds | 1 | x | 2024-01-01 10:00 | 2024-01-01 11:00 | 0 mg/h | 3 | mg | ",
        )
    )
    normalised.then_doses("""
        row_key | rate_mg_h | amount_mg | basis
        pause   | 0         | 0         | zero rate
        beside  | 0         | 0         | zero rate
        at odds | 0         | 3         | zero rate
    """)
    normalised.then_findings("""
        row_key | action | rule
        at odds | kept   | Rate x time and the recorded amount differ by more than a tenth: both stand as recorded.
    """)


def test_an_unclear_rate_text_is_never_guessed(normalised):
    "Each row is dropped with its own reason."
    normalised.given(
        rows(
            "two | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 5 mg/h then 10 mg/h |  |  | ",
            "range | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 5-10 mg/h |  |  | ",
            "limit | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | titrate, max 10 mg/h |  |  | ",
            "negative | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | -5 mg/h |  |  | ",
            "comma | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 1,000 mcg/h |  |  | ",
            "bare | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | rate 50 |  |  | ",
            "volume | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 50 mL/hour |  |  | ",
            "units | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 500 units/h |  |  | ",
            "length | 1 | x | 2024-01-01 10:00 | 2024-01-01 10:00 | 5 mg/h |  |  | ",
        )
    )
    normalised.then_doses("row_key | basis")
    normalised.then_findings("""
        row_key  | action  | rule
        two      | dropped | The rate text holds more than one rate.
        range    | dropped | The rate text holds a range of rates.
        limit    | dropped | The rate text is an instruction (a limit, a titration), not one rate.
        negative | dropped | The rate is negative.
        comma    | dropped | The number of the rate has a comma, which may mean thousands or a decimal.
        bare     | dropped | The rate has no unit.
        volume   | dropped | The rate is a volume per time, which is no dose without a concentration.
        units    | dropped | The unit of the rate is no mass per time.
        length   | dropped | There is a rate, but neither a length of time nor an amount.
    """)


def test_an_amount_that_says_nothing_is_dropped_with_its_reason(normalised):
    normalised.given(
        rows(
            "nothing | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 |  |  |  | ",
            "no unit | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 |  | 5 |  | ",
            "volume | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 |  | 5 | mL | ",
            "zero | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 |  | 0 | mg | ",
            "negative | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 |  | -5 | mg | ",
            "no start | 1 | x |  | 2024-01-01 12:00 |  | 5 | mg | ",
            "backwards | 1 | x | 2024-01-01 12:00 | 2024-01-01 10:00 | 5 mg/h | 5 | mg | ",
        )
    )
    normalised.then_doses("row_key | basis")
    normalised.then_findings("""
        row_key   | action  | rule
        nothing   | dropped | There is neither a rate nor an amount.
        no unit   | dropped | The amount has no unit.
        volume    | dropped | The unit of the amount is no mass.
        zero      | dropped | The amount is 0 or negative, and there is no rate.
        negative  | dropped | The amount is 0 or negative, and there is no rate.
        no start  | dropped | The start is missing.
        backwards | dropped | The row ends before it starts.
    """)


def test_an_amount_serves_where_its_rate_text_cannot(normalised):
    "Nothing is guessed: the amount was recorded, and the findings say why the rate was not used."
    normalised.given(rows("a | 1 | x | 2024-01-01 10:00 | 2024-01-01 12:00 | 50 mL/hour | 100 | mg | "))
    normalised.then_doses("""
        row_key | rate_mg_h | amount_mg | basis
        a       | 50        | 100       | amount over time
    """)
    normalised.then_findings("""
        row_key | action | rule
        a       | kept   | The rate text was not used, the amount was: The rate is a volume per time, which is no dose without a concentration.
    """)
