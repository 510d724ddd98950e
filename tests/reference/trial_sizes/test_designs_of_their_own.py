"""Two-stage designs, clusters, repeats and dose finding agree with published tables, base R and DoseFinding 1.0-3."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.sizes.clusters import design_effect, information_of_repeats, mean_effect_over_cycles
from abate.stats.sizes.dose_finding import dose_test
from abate.stats.sizes.dose_shapes import Form, Shape, shape_means
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.stepped_wedge import stepped_wedge, treated_periods, variance_of_effect
from abate.stats.sizes.two_stage import two_stage_designs
from tests.reference.trial_sizes.cases import Case, read_cases

TWO_STAGE, CLUSTERS, DOSES, DOSES_BY_LATTICE = 1e-6, 1e-9, 1e-6, 2e-3


def test_two_stage_designs(abate_data):
    "Counts exactly; expected size, early stopping and attained errors to 1e-6."
    cases = read_cases(abate_data, "single-arm-two-stage")
    assert len(cases) == 6
    for case in cases.values():
        given = case["inputs"]
        found = two_stage_designs(
            null_share=given["p0"], share=given["p1"], alpha=given["alpha"], power=1 - given["beta"]
        )
        for design, expected in (
            (found.optimal, case["outputs"]["optimal"]),
            (found.minimax, case["outputs"]["minimax"]),
        ):
            counts = [design.stop_at, design.first_stage, design.fail_at, design.total]
            assert counts == [expected["r1"], expected["n1"][0], expected["r"], expected["n"]]
            numbers = [
                design.expected_total,
                design.early_stop_chance,
                design.attained_alpha,
                design.attained_power,
            ]
            wanted = [expected["EN"], expected["PET"], expected["alpha"], expected["power"]]
            assert numbers == pytest.approx(wanted, abs=TWO_STAGE)


def check_design_effect(given: Case, expected: Case) -> None:
    found = design_effect(given["mean_cluster_size"], given["icc"], given["cv_of_size"])
    assert found == pytest.approx(expected["design_effect"], abs=CLUSTERS)


def check_repeats(given: Case, expected: Case) -> None:
    found = information_of_repeats(given["courses_per_person"], given["icc"])
    assert found == pytest.approx(expected["effective_courses_per_course"], abs=CLUSTERS)


def check_wedge(given: Case, expected: Case) -> None:
    treated = treated_periods(given["pattern"])
    per_cell, between = given["patients_per_cluster_period"], given["variance_between_clusters"]
    variance = variance_of_effect(treated, given["variance_within"] / per_cell, between)
    assert variance == pytest.approx(expected["variance_of_effect"], abs=CLUSTERS)
    size = stepped_wedge(
        effect=given["effect"],
        pattern=given["pattern"],
        sd_within=given["variance_within"] ** 0.5,
        sd_between_clusters=between**0.5,
        total=per_cell * treated.size,
        alpha=given["alpha"],
        sided=given["sided"],
    )
    assert size.power == pytest.approx(expected["power"], abs=CLUSTERS)


def check_cycles(given: Case, expected: Case) -> None:
    for reference, power in ((Reference.NORMAL, "power_z"), (Reference.T, "power_t")):
        size = mean_effect_over_cycles(
            effect=given["effect"],
            cycles=given["cycles"],
            effect_sd_between_persons=given["variance_of_effect_between_persons"] ** 0.5,
            sd_within_period=given["variance_within_period"] ** 0.5,
            total=given["persons"],
            alpha=given["alpha"],
            sided=given["sided"],
            reference=reference,
        )
        assert size.power == pytest.approx(expected[power], abs=CLUSTERS)


CHECKS = {
    "design-effect": check_design_effect,
    "repeat-courses": check_repeats,
    "stepped-wedge": check_wedge,
    "n-of-1": check_cycles,
}


def test_clusters_and_repeats(abate_data):
    cases = read_cases(abate_data, "clusters-and-repeats")
    assert len(cases) == 8
    for name, case in cases.items():
        (check,) = [check for kind, check in CHECKS.items() if name.startswith(kind)]
        check(case["inputs"], case["outputs"])


def shapes_of(names: list[str]) -> list[Shape]:
    return [shape_of(*name.split()) for name in names]


def shape_of(*words: str) -> Shape:
    "Reads 'sigmoid emax ED50 0.25 h 4'."
    numbers = tuple(float(word) for word in words if word.lstrip("-").replace(".", "").isdigit())
    form = next(
        form for form in sorted(Form, key=lambda form: -len(form.value)) if " ".join(words).startswith(form.value)
    )
    return Shape(form=form, guesses=numbers)


def test_dose_finding(abate_data):
    "Contrasts, correlations and means to 1e-6; critical value and power, which both programs find by lattices, to 2e-3."
    cases = read_cases(abate_data, "dose-finding")
    assert len(cases) == 2
    for case in cases.values():
        given, expected = case["inputs"], case["outputs"]
        shapes = shapes_of(given["candidate_shapes"])
        means = np.array([given["maximal_effect"] * shape_means(shape, given["doses_mg_kg_h"]) for shape in shapes])
        np.testing.assert_allclose(means, given["mean_at_each_dose"], atol=DOSES)
        per_dose = np.array(given["per_dose"])
        test = dose_test(means, np.diag(given["sd"] ** 2 / per_dose), given["alpha"], per_dose.sum() - len(per_dose))
        np.testing.assert_allclose(test.contrasts, expected["contrasts"], atol=DOSES)
        np.testing.assert_allclose(test.correlation, expected["correlation"], atol=DOSES)
        assert test.critical_value == pytest.approx(expected["critical_value"], abs=DOSES_BY_LATTICE)
        powers = [test.power(row) for row in means]
        assert powers == pytest.approx(expected["power_if_shape_true"], abs=DOSES_BY_LATTICE)
