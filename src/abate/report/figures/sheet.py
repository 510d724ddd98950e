"""How are marks put on a figure? A sheet takes marks in the units of its axes and gives the Vega-Lite specification.

Sizes are fixed and no mark is clipped: text can be measured differently on two machines, and must not move anything;
and a clip costs the PNG seconds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from abate.report.figures.drawing import Spec
from abate.report.tokens import FIGURE_FONT, SMALL_SIZE, SMALLEST_SIZE, TEXT_SIZE, light
from abate.report.words import clean

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(kw_only=True)
class Sheet:
    """A figure of fixed size being drawn; ``x`` and ``y`` are the ends of its axes, ``y`` given bottom first."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]
    left: float = 34
    right: float = 12
    top: float = 26
    bottom: float = 30
    _layers: list[Spec] = field(default_factory=list)
    _x_axis: Spec | None = None
    _y_axis: Spec | None = None

    @property
    def plot_width(self) -> float:
        """Width between the ends of the x axis, in pixels."""
        return self.width - self.left - self.right

    @property
    def plot_height(self) -> float:
        """Height between the ends of the y axis, in pixels."""
        return self.height - self.top - self.bottom

    def x_axis(
        self, values: Sequence[float], *, labels: Sequence[str] | None = None, grid: bool = False, domain: bool = True
    ) -> None:
        """Give the x axis ticks at ``values``, with their own ``labels`` where they are no plain numbers."""
        self._x_axis = _axis(values, labels, grid=grid, domain=domain)

    def y_axis(self, values: Sequence[float], *, labels: Sequence[str] | None = None, domain: bool = False) -> None:
        """Give the y axis ticks at ``values``."""
        self._y_axis = _axis(values, labels, grid=False, domain=domain)

    def grid(self, values: Sequence[float]) -> None:
        """Draw a hairline across the figure at each of these heights, over what has been put on it so far."""
        self.spans([{"x": self.x[0], "x2": self.x[1], "y": value} for value in values], hue="hair", width=1)

    def heading(self, text: str, *, hue: str = "ink", limit: float | None = None) -> None:
        """Write what the y axis shows, with its unit, at the top left."""
        self.note(text, x=-self.left, y=-16, bold=True, hue=hue, limit=limit or self.width)

    def note(self, text: str, *, x: float, y: float, hue: str = "muted", bold: bool = False, align: str = "left", small: bool = True,
             limit: float | None = None) -> None:  # fmt: skip
        """Write ``text`` at a place in pixels from the upper left corner of the plot."""
        mark = _text_mark(hue, SMALL_SIZE if small and not bold else TEXT_SIZE, bold=bold, align=align)
        self._write([{"text": text}], mark, limit, x={"value": x}, y={"value": y})

    def row_of_notes(self, rows: Rows, *, y: float, hue: str = "ink", bold: bool = False) -> None:
        """Write ``text`` of each row at its ``x``, at one height in pixels from the top of the plot; smaller where they would touch."""
        size = SMALL_SIZE if self._has_room_beside(rows, SMALL_SIZE) else SMALLEST_SIZE
        mark = _text_mark(hue, size, bold=bold, align="center")
        self._write(rows, mark, None, x=self._place("x"), y={"value": y})

    def _has_room_beside(self, rows: Rows, size: float) -> bool:
        """Return whether texts of digits, side by side, stay apart."""
        pixels = self.plot_width / abs(self.x[1] - self.x[0])
        found = sorted((row["x"] * pixels, _width_of_digits(row["text"], size)) for row in rows)
        return all(b[0] - a[0] >= (a[1] + b[1]) / 2 + 3 for a, b in pairwise(found))

    def column_of_notes(self, rows: Rows, *, x: float, align: str = "left", hue: str = "ink", bold: bool = False, small: bool = True,
                        limit: float | None = None, dy: float = 0) -> None:  # fmt: skip
        """Write ``text`` of each row at its ``y``, at one distance in pixels from the left of the plot."""
        mark = _text_mark(hue, SMALL_SIZE if small else TEXT_SIZE, bold=bold, align=align) | {"dy": dy}
        self._write(rows, mark, limit, x={"value": x}, y=self._place("y"))

    def texts(self, rows: Rows, *, hue: str = "ink", bold: bool = False, small: bool = True, align: str = "center", dx: float = 0, dy: float = 0,
              halo: bool = False, limit: float | None = None, smallest: bool = False) -> None:  # fmt: skip
        """Write ``text`` of each row at its ``x`` and ``y``; a halo of paper keeps it readable on marks."""
        size = SMALLEST_SIZE if smallest else SMALL_SIZE if small else TEXT_SIZE
        mark = _text_mark(hue, size, bold=bold, align=align) | {"dx": dx, "dy": dy}
        if halo:
            under = mark | {"stroke": light("paper"), "strokeWidth": 3.5, "strokeJoin": "round"}
            self._write(rows, under, limit, x=self._place("x"), y=self._place("y"))
        self._write(rows, mark, limit, x=self._place("x"), y=self._place("y"))

    def lines(
        self, rows: Rows, *, hue: str, width: float = 2.4, opacity: float = 1, step: bool = False, dash: bool = False
    ) -> None:
        """Join the rows of each ``series`` by a line, in the order given."""
        mark = {
            "type": "line",
            "stroke": light(hue),
            "strokeWidth": width,
            "strokeOpacity": opacity,
            "strokeJoin": "round",
        }
        mark |= ({"interpolate": "step-after"} if step else {}) | ({"strokeDash": [2, 4]} if dash else {})
        self._add(rows, mark, x=self._place("x"), y=self._place("y"), detail=_field("series"))

    def spans(self, rows: Rows, *, hue: str, width: float = 2, dash: bool = False) -> None:
        """Draw a straight line for each row, from ``x``, ``y`` to ``x2``, ``y2``; either of the latter may be left out."""
        mark = {"type": "rule", "stroke": light(hue), "strokeWidth": width} | ({"strokeDash": [5, 4]} if dash else {})
        channels = {name: self._place(name) for name in ("x", "y")}
        ends = {name: _field(name, bare=True) for name in ("x2", "y2") if rows and name in rows[0]}
        self._add(rows, mark, **channels, **ends)

    def dots(self, rows: Rows, *, hue: str, hollow: bool = False, size: float = 68, shape: str = "circle") -> None:
        """Draw a mark for each row at its ``x`` and ``y``; hollow marks are filled with paper."""
        self._add(
            rows, _point_mark(hue, "paper" if hollow else hue, shape, size), x=self._place("x"), y=self._place("y")
        )

    def marks(self, rows: Rows, *, hue: str, fill: str, shape: str, size: float, width: float = 1.6) -> None:
        """Draw a mark for each row with an outline of ``hue``; ``shape`` may be a path of its own, one unit wide."""
        mark = _point_mark(hue, fill, shape, size) | {"strokeWidth": width}
        self._add(rows, mark, x=self._place("x"), y=self._place("y"))

    def boxes(
        self, rows: Rows, *, hue: str | None, outline: str | None = None, dash: bool = False, opacity: float = 1
    ) -> None:
        """Draw a box for each row, from ``x``, ``y`` to ``x2``, ``y2``."""
        mark: dict[str, Any] = {"type": "rect", "fillOpacity": opacity} | (
            {"fill": light(hue)} if hue else {"filled": False}
        )
        if outline:
            mark |= {"stroke": light(outline), "strokeWidth": 1} | ({"strokeDash": [2, 2]} if dash else {})
        ends = {name: _field(name, bare=True) for name in ("x2", "y2")}
        self._add(rows, mark, x=self._place("x"), y=self._place("y"), **ends)

    def areas(self, rows: Rows, *, hue: str, step: bool = False, opacity: float = 1) -> None:
        """Fill between ``y`` and ``y2`` along ``x``, for each ``series``."""
        mark: dict[str, Any] = {"type": "area", "fill": light(hue), "fillOpacity": opacity}
        mark |= {"interpolate": "step-after"} if step else {}
        self._add(
            rows, mark, x=self._place("x"), y=self._place("y"), y2=_field("y2", bare=True), detail=_field("series")
        )

    def sign(
        self, *, x: float, y: float, hue: str, fill: str | None = None, shape: str = "circle", size: float = 68
    ) -> None:
        """Draw a mark at a place in pixels from the upper left corner of the plot: for a key above the data."""
        self._add([{}], _point_mark(hue, fill or hue, shape, size), x={"value": x}, y={"value": y})

    def hover(self, rows: Rows) -> None:
        """Lay an unseen box over the figure for each row, from ``x``, ``y`` to ``x2``, ``y2``; who points at it reads its ``text``.

        Boxes of a whole day or line are easier to meet than a dot, and cost one element instead of one a mark.
        """
        mark = {"type": "rect", "fill": light("paper"), "fillOpacity": 0, "aria": True}
        ends = {name: _field(name, bare=True) for name in ("x2", "y2")}
        cleaned = [{**row, "text": clean(row["text"])} for row in rows]
        self._add(cleaned, mark, x=self._place("x"), y=self._place("y"), **ends, description=_field("text"))

    def spec(self) -> Spec:
        """Return the specification; it holds its own data and asks for nothing from outside."""
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": self.plot_width,
            "height": self.plot_height,
            "padding": {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom},
            "autosize": "none",
            "background": None,
            "config": _CONFIG,
            "layer": [self._with_axes(layer) for layer in self._layers],
        }

    def _write(self, rows: Rows, mark: Spec, limit: float | None, **places: Spec) -> None:
        """Put texts on the sheet; Vega is asked to cut only those that may be too long, since it measures them again and again."""
        cleaned: Rows = [{**row, "text": clean(row["text"])} for row in rows]
        if limit is None:
            self._add(cleaned, mark, **places, text=_field("text"))
            return
        is_long = [_widest(row["text"], mark["fontSize"]) > limit for row in cleaned]
        self._add(
            [row for row, long in zip(cleaned, is_long, strict=True) if not long], mark, **places, text=_field("text")
        )
        self._add(
            [row for row, long in zip(cleaned, is_long, strict=True) if long],
            {**mark, "limit": limit},
            **places,
            text=_field("text"),
        )

    def _add(self, rows: Rows, mark: Spec, **channels: Spec) -> None:
        if rows:
            self._layers.append({"data": {"values": list(rows)}, "mark": mark, "encoding": channels})

    def _place(self, name: str) -> Spec:
        ends = self.x if name == "x" else self.y
        scale = {"domain": [min(ends), max(ends)], "reverse": ends[0] > ends[1], "nice": False, "zero": False}
        return {"field": name, "type": "quantitative", "scale": scale}

    def _with_axes(self, layer: Spec) -> Spec:
        axes = {"x": self._x_axis, "y": self._y_axis}
        encoding = {
            name: {**channel, "axis": axes[name]} if name in axes and "field" in channel else channel
            for name, channel in layer["encoding"].items()
        }
        return {**layer, "encoding": encoding}


def _axis(values: Sequence[float], labels: Sequence[str] | None, *, grid: bool, domain: bool) -> Spec:
    axis: dict[str, Any] = {"values": list(values), "grid": grid, "domain": domain, "title": None}
    if labels is not None:
        # Found by value. The texts become part of an expression: they are numbers and fixed words, never from records.
        found = (f"datum.value == {value!r} ? {text!r} : " for value, text in zip(values, labels, strict=True))
        axis["labelExpr"] = "".join(found) + "''"
    return axis


def _widest(text: str, size: float) -> float:
    """Return a width in pixels that ``text`` hardly exceeds: three quarters of its height for a letter, all of it for a wide one."""
    return size * sum(1.1 if unicodedata.east_asian_width(letter) in "WF" else 0.75 for letter in text)


def _width_of_digits(text: str, size: float) -> float:
    """Return about how wide a count is in bold: a narrow space and a point take less than a digit."""
    return size * sum(0.35 if letter in "\u202f.," else 0.68 for letter in text)


def _text_mark(hue: str, size: float, *, bold: bool, align: str) -> dict[str, Any]:
    mark = {"type": "text", "fill": light(hue), "fontSize": size, "align": align, "baseline": "middle"}
    return mark | ({"fontWeight": 600} if bold else {})


def _point_mark(hue: str, fill: str, shape: str, size: float) -> dict[str, Any]:
    mark = {"type": "point", "shape": shape, "size": size, "stroke": light(hue), "strokeWidth": 1.6}
    return mark | {"fill": light(fill), "fillOpacity": 1}


def _field(name: str, *, bare: bool = False) -> Spec:
    return {"field": name} if bare else {"field": name, "type": "nominal"}


_CONFIG: Spec = {
    "aria": False,
    "font": FIGURE_FONT,
    "view": {"stroke": None, "fill": None},
    "axis": {
        "labelFontSize": TEXT_SIZE,
        "labelColor": light("muted"),
        "labelPadding": 6,
        "labelOverlap": False,
        "labelBound": False,
        "labelFlush": False,
        "labelSeparation": 0,
        "labelLimit": 0,
        "ticks": False,
        "domainColor": light("ink"),
        "domainWidth": 1,
        "gridColor": light("hair"),
        "gridWidth": 1,
    },
}
