"""Do Pocock's, O'Brien and Fleming's, Wang and Tsiatis's and Haybittle and Peto's boundaries agree with rpact 3.3.4 and print?"""

import pytest

from abate.trial import sequential

from .cases import each, read_cases

#: Jennison & Turnbull (2000), tables 2.1 and 2.3: two-sided 5 %, equal looks; O'Brien and Fleming's at the last look.
PRINTED = {
    "pocock": {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413},
    "obrien-fleming": {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040},
}


def test_every_shape(abate_data):
    cases = read_cases(abate_data, "gs-classic-shapes")
    assert len(cases) == 27
    for inputs, theirs, agrees in each(cases, 1e-6):
        name, parameter = inputs["shape"], inputs.get("parameter")
        design = sequential.boundaries(
            looks=inputs["looks"],
            alpha=inputs["alpha"],
            sided=inputs["sided"],
            power=inputs["power"],
            shape=name if parameter is None else (name, parameter),
            futility=None,
        )
        agrees(design.efficacy_z, theirs["critical_values"])
        agrees(design.alpha_spent, theirs["cumulative_alpha_spent"])
        agrees(design.drift**2, theirs["drift_squared"])
        agrees(design.inflation_factor, theirs["inflation_factor"])
        null, full = sequential.characteristics(design, shares=(0, 1))
        agrees(null.expected_information, theirs["expected_fraction_H0"])
        agrees(full.expected_information, theirs["expected_fraction_H1"])


@pytest.mark.parametrize("shape", PRINTED)
def test_the_printed_constants(shape):
    for looks, printed in PRINTED[shape].items():
        design = sequential.boundaries(looks=looks, alpha=0.05, sided=2, shape=shape, futility=None)
        assert design.efficacy_z[-1] == pytest.approx(printed, abs=0.00051)
