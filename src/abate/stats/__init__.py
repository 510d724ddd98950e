"""Numbers: arrays in, small frozen results out. Knows nothing of medicine, frames or databases.

Every module keeps three rules. A wrong argument raises ``ParameterError``. A number that the data cannot give is
``None`` (``nan`` inside a curve) and the result says why in ``reason``. Missing values are never skipped in silence:
the caller leaves them out and counts them.
"""
