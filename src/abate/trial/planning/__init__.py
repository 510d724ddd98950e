"""A plan file in, all that planning finds out: sizes, power, assurance, looks, accrual, harm, the designs in their order."""
