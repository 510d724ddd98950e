"""Per-course outcomes -> estimates with intervals, denominators and methods.

The tables come in as Arrow, the numbers go to ``stats`` as NumPy arrays, and every answer is a row of the result table.
"""
