"""Figures of the report: each answers one question, as a Vega-Lite specification and the numbers behind it."""
