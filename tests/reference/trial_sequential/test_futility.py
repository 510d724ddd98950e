"""Do designs with futility bounds, binding and not, agree with rpact 3.3.4?"""

import re

from abate.trial import sequential

from .cases import each, read_cases


def test_every_design_with_futility(abate_data):
    cases = read_cases(abate_data, "gs-futility")
    assert len(cases) == 40
    for inputs, theirs, agrees in each(cases, 1e-6):
        design = _design(inputs)
        agrees(design.efficacy_z, theirs["critical_values"])
        agrees(design.futility_z, theirs["futility_bounds"])
        agrees(design.drift**2, theirs["drift_squared"])
        agrees(design.inflation_factor, theirs["inflation_factor"])
        if "cumulative_beta_spent" in theirs:
            agrees(design.beta_spent, theirs["cumulative_beta_spent"])
        rows = sequential.characteristics(design, shares=theirs["drift_fraction"])
        agrees([row.reject for row in rows], theirs["reject"])
        agrees([row.stop_for_futility for row in rows], theirs["stop_for_futility"])
        agrees([row.early_stop for row in rows], theirs["early_stop"])
        agrees([row.expected_information for row in rows], theirs["expected_fraction"])
        agrees(rows[-1].reject_by_look, theirs["reject_per_look_at_full_drift"])
        agrees(rows[0].futility_by_look, theirs["futility_per_look_at_zero_drift"])


def _design(inputs):
    fixed = inputs.get("futility_z")
    return sequential.boundaries(
        looks=inputs["looks"],
        alpha=inputs["alpha"],
        sided=inputs["sided"],
        power=inputs["power"],
        spending=_choice(inputs["alpha_spending"]),
        futility=sequential.beta_spending(_choice(inputs["beta_spending"])) if fixed is None else fixed,
        is_binding=inputs["binding"],
    )


def _choice(name):
    "A name such as hwang-shih-decani(-4), or lan-demets-pocock."
    found = re.fullmatch(r"([a-z-]+)\((-?[0-9.]+)\)", name)
    return (found[1], float(found[2])) if found else name.removeprefix("lan-demets-")
