"""Printed counts and percentages: the errors of published abstracts by hand, and what holds of every count."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.base.errors import ParameterError
from abate.stats.count_percent import check_count_percent, check_parts, counts_that_fit, denominators_that_fit
from abate.stats.printed_numbers import Fit, read_printed
from abate.stats.whole_ratings import check_mean_of_ratings


def check(count, denominator, percent):
    return check_count_percent(count, denominator, None if percent is None else read_printed(percent))


def test_48_of_61_is_not_77_per_cent():
    "Schwenk 2018, abstract: 48/61 = 78.7 %, 47/61 = 77.0 %, 48/62 = 77.4 %."
    found = check(48, 61, "77 %")
    assert found.fit is Fit.DOES_NOT_FIT
    assert float(found.percent_of_count) == pytest.approx(78.6885, abs=5e-5)
    assert (found.fitting_counts, found.fitting_denominators) == ((47,), (62,))
    assert found.reason == "48 of 61 is 78.7 %, not 77 %; 47 of 61 gives 77 %; 48 gives 77 % of 62"


def test_no_count_of_61_gives_40_per_cent():
    "Schwenk 2018, visit 1: 24/61 = 39.3 %, 25/61 = 41.0 %; of the 48 responders 19 would be 39.6 %."
    found = check(None, 61, "40 %")
    assert (found.fit, found.fitting_counts) == (Fit.DOES_NOT_FIT, ())
    assert found.reason == "no count of 61 gives 40 %: 24 gives 39.3 %, 25 gives 41.0 %"
    assert check(None, 48, "40 %").fitting_counts == (19,)


def test_39_per_cent_of_61_is_24():
    assert check(None, 61, "39 %").fitting_counts == (24,)


def test_15_of_77_is_not_27_3_per_cent_but_15_of_55_is():
    "Pomeroy 2017, abstract: 15/77 = 19.5 %; 15/55 and 21/77 are 27.3 %."
    found = check(15, 77, "27.3 %")
    assert found.reason == "15 of 77 is 19.5 %, not 27.3 %; 21 of 77 gives 27.3 %; 15 gives 27.3 % of 55"
    assert check(15, 55, "27.3").fit is Fit.FITS


@pytest.mark.parametrize(
    ("count", "of", "percent"),
    [(55, 77, "71.4"), (535, 609, "87.8"), (25, 34, "73.5"), (13, 17, "76.5"), (261, 609, "42.9"), (266, 609, "43.7")],
)
def test_published_counts_that_are_right_fit(count, of, percent):
    assert check(count, of, percent).fit is Fit.FITS


@pytest.mark.parametrize(
    ("percent", "fit"),
    [("12", Fit.FITS), ("13", Fit.FITS), ("12.5", Fit.FITS), ("11", Fit.DOES_NOT_FIT), ("12.4", Fit.DOES_NOT_FIT)],
)
def test_a_tie_may_be_rounded_to_either_side(percent, fit):
    "1/8 is 12.5 %."
    assert check(1, 8, percent).fit is fit


def test_one_in_ten_thousandth_beyond_the_tie_does_not_fit():
    "775/1000 may be printed 77 or 78 %; 7751/10000 only 78 %."
    assert check(775, 1000, "77").fit is Fit.FITS
    assert check(7751, 10000, "77").fit is Fit.DOES_NOT_FIT
    assert check(7751, 10000, "78").fit is Fit.FITS


def test_decimals_that_were_printed_are_held_to():
    "2/3 is 66.7 %, and not 66.70 %."
    assert check(2, 3, "66.7").fit is Fit.FITS
    assert check(2, 3, "66.70").fit is Fit.DOES_NOT_FIT


def test_more_than_all_does_not_fit():
    found = check(12, 11, "109")
    assert (found.fit, found.reason) == (Fit.DOES_NOT_FIT, "12 is more than 11")


def test_a_percentage_above_100_has_no_count():
    assert check(None, 61, "102").fit is Fit.DOES_NOT_FIT
    assert check(None, 61, "-5").fit is Fit.DOES_NOT_FIT


@pytest.mark.parametrize(("of", "percent"), [(None, "77"), (61, None), (None, None)])
def test_what_is_not_printed_is_not_known(of, percent):
    found = check(48, of, percent)
    assert found.fit is Fit.NOT_KNOWN
    assert "not printed" in found.reason


@pytest.mark.parametrize("text", ["", "about 77", "77,5", "<1", "1e3", "77 % (48)"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ParameterError, match="digits with a decimal point"):
        read_printed(text)


@pytest.mark.parametrize(("count", "of"), [(-1, 61), (3, 0)])
def test_impossible_counts_are_refused(count, of):
    with pytest.raises(ParameterError):
        check(count, of, "77")


@given(st.integers(1, 3000), st.data(), st.integers(0, 4))
def test_a_true_percentage_always_fits(of, data, decimals):
    count = data.draw(st.integers(0, of))
    percent = read_printed(f"{100 * count / of:.{decimals}f}")
    assert check_count_percent(count, of, percent).fit is Fit.FITS
    assert count in counts_that_fit(of, percent)
    assert count == 0 or of in denominators_that_fit(count, percent)


@given(st.integers(1, 400), st.integers(0, 1000))
def test_counts_that_fit_are_those_found_by_trying_all(of, tenths):
    percent = read_printed(f"{tenths / 10:.1f}")
    tried = tuple(k for k in range(of + 1) if abs(Fraction(100 * k, of) - Fraction(tenths, 10)) <= Fraction(1, 20))
    assert counts_that_fit(of, percent) == tried


def parts(*percents, of=None, counts=None):
    return check_parts(counts or [None] * len(percents), [p and read_printed(p) for p in percents], of)


def test_thirds_add_up_to_99_9_and_fit():
    assert parts("33.3", "33.3", "33.3").fit is Fit.FITS


def test_percentages_within_their_rounding_fit_and_just_beyond_do_not():
    "Two whole percentages can be 1 off in all: 50 + 51 fits, 50 + 52 does not."
    assert parts("50", "51").fit is Fit.FITS
    found = parts("50", "52")
    assert found.fit is Fit.DOES_NOT_FIT
    assert (found.percent_lower, found.percent_upper) == (101, 103)


def test_counts_of_a_whole_must_add_up():
    found = parts("49", "52", of=61, counts=[30, 32])
    assert (found.fit, found.reason) == (Fit.DOES_NOT_FIT, "the counts add up to 62, not to 61")
    assert parts("49", "51", of=61, counts=[30, 31]).fit is Fit.FITS


def test_a_denominator_tells_more_than_the_percentages():
    "60 + 41 could be rounding; of 10 only 6 gives 60 % and none gives 41 %."
    assert parts("60", "41").fit is Fit.FITS
    assert parts("60", "41", of=10).reason == "no count of 10 gives one of the percentages"
    "Of 61: 49 % is 30, 52 % is 32."
    assert parts("49", "52", of=61).reason == "the counts that give these percentages add up to 62, not to 61"


def test_a_group_without_numbers_leaves_it_open():
    assert parts("50", None).fit is Fit.NOT_KNOWN


def test_parts_need_a_group():
    with pytest.raises(ParameterError):
        check_parts([], [])


def test_the_mean_of_28_whole_ratings_cannot_be_5_19():
    "Brown & Heathers 2017, the worked example: 145/28 = 5.18, 146/28 = 5.21."
    found = check_mean_of_ratings(read_printed("5.19"), 28)
    assert found.fit is Fit.DOES_NOT_FIT
    assert found.nearest_means == (Fraction(145, 28), Fraction(146, 28))
    assert check_mean_of_ratings(read_printed("5.18"), 28).fit is Fit.FITS


def test_one_decimal_tells_nothing_from_ten_ratings_on():
    assert check_mean_of_ratings(read_printed("7.5"), 10).fit is Fit.NOT_KNOWN
    "Nine ratings: 7.4 lies between 66/9 = 7.33 and 67/9 = 7.44, which is printed so; 7.5 would need 67.5."
    assert check_mean_of_ratings(read_printed("7.4"), 9).fit is Fit.FITS
    assert check_mean_of_ratings(read_printed("7.5"), 9).fit is Fit.DOES_NOT_FIT


def test_items_make_the_steps_finer():
    assert check_mean_of_ratings(read_printed("3.45"), 10).fit is Fit.DOES_NOT_FIT
    assert check_mean_of_ratings(read_printed("3.45"), 10, items=2).fit is Fit.FITS


@given(st.lists(st.integers(0, 10), min_size=1, max_size=80), st.integers(0, 3))
def test_a_true_mean_is_never_refused(ratings, decimals):
    mean = read_printed(f"{sum(ratings) / len(ratings):.{decimals}f}")
    assert check_mean_of_ratings(mean, len(ratings)).fit is not Fit.DOES_NOT_FIT
