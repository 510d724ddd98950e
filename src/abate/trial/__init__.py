"""From a study to the next trial: assumptions, sizes, power, looks, simulation, accrual, harm; each part also on its own."""
