"""A reader of shared files who wants a hidden count back: what he knows of such studies, and what follows from it.

He reads results.json alone and does not know the package: which counts add up, lie in one another or cover one another is written down
here a second time. Hidden counts are unknown whole numbers; by integer programming he asks for the least and the largest that
each may be, and has one where both are the same.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array
from scipy.stats import t as student

Name = tuple[str, ...]

_SHARE = re.compile(r"^(\d+)/(\d+) \((\d+) %\)$")
_GROUPS = ("responders", "non_responders", "not_evaluable")
_GRADES = (*(f"grade_{grade}" for grade in range(1, 6)), "grade_not_recorded")


#: After so many solutions of a programme in which no further count took a second value, counts are asked one by one.
_IDLE = 4


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Counts that are tied to each other, and by what."""

    names: list[Name]
    rules: LinearConstraint
    bounds: Bounds


class Reader:
    """All that one or several releases tell, as bounds of whole numbers and sums of them."""

    def __init__(self) -> None:
        self.low: dict[Name, float] = defaultdict(float)
        self.high: dict[Name, float] = defaultdict(lambda: math.inf)
        self.sums: list[tuple[dict[Name, float], float, float]] = []
        self.seen: dict[Name, tuple[float, float]] = {}

    def read(self, release: Mapping[str, Any], prefix: str = "") -> None:
        """Take in a release; names of its counts begin with ``prefix``."""
        _Reading(self, release, prefix).everything()

    def bound(self, name: Name, low: float, high: float) -> None:
        """Note that a count is at least and at most so large."""
        self.low[name], self.high[name] = max(self.low[name], low), min(self.high[name], high)

    def tie(self, terms: Mapping[Name, float], low: float = 0, high: float = 0) -> None:
        """Note that a sum of counts, each so many times, lies between two numbers."""
        for name in terms:
            self.bound(name, 0, math.inf)
        self.sums.append((dict(terms), low, high))

    def range_of(self, name: Name) -> tuple[float, float]:
        """Return the least and the largest whole number that a count may be."""
        found = self._problem_about(name)
        if found is None:
            return self.low[name], self.high[name]
        ends = []
        for direction in (1.0, -1.0):
            aim = np.zeros(len(found.names))
            aim[found.names.index(name)] = direction
            least = self._least(found, aim)
            ends.append(-direction * math.inf if least is None else direction * least)
        return ends[0], ends[1]

    def _problem_about(self, name: Name) -> _Problem | None:
        """Return the sums that are tied to a count as one integer programme; None where there are none."""
        names, rows = self._about(name)
        if not rows:
            return None
        column = {one: at for at, one in enumerate(names)}
        matrix = np.zeros((len(rows), len(names)))
        for at, (terms, _, _) in enumerate(rows):
            for one, times in terms.items():
                matrix[at, column[one]] = times
        rules = LinearConstraint(csc_array(matrix), [low for _, low, _ in rows], [high for _, _, high in rows])
        return _Problem(
            names=names, rules=rules, bounds=Bounds([self.low[one] for one in names], [self.high[one] for one in names])
        )

    def _least(self, problem: _Problem, aim: np.ndarray) -> float | None:
        """Return the least value of a weighted sum of whole counts, None where it has no end; note every solution seen."""
        found = milp(aim, constraints=problem.rules, bounds=problem.bounds, integrality=np.ones(len(problem.names)))
        assert found.status != 2, f"what is told of {problem.names[0]} cannot be true: the reader is wrong, or the files are"  # fmt: skip
        if found.status != 0:
            return None
        for one, value in zip(problem.names, found.x, strict=True):
            low, high = self.seen.get(one, (value, value))
            self.seen[one] = min(low, value), max(high, value)
        return float(found.fun)

    def _look_about(self) -> None:
        """Solve every programme in many directions at once: most counts have two values soon, and need not be asked one by one."""
        random, met = np.random.default_rng(1), set()
        for name in self.unknown():
            problem = None if name in met else self._problem_about(name)
            met |= set() if problem is None else set(problem.names)
            if problem is not None:
                self._look_at(problem, random)

    def _look_at(self, problem: _Problem, random: np.random.Generator) -> None:
        idle, one_valued = 0, len(problem.names)
        while idle < _IDLE and one_valued:
            self._least(problem, random.choice([-1.0, 1.0], len(problem.names)))
            left = sum(high - low < 0.5 for low, high in (self.seen.get(one, (0.0, 0.0)) for one in problem.names))
            idle, one_valued = (0 if left < one_valued else idle + 1), left

    def unknown(self) -> list[Name]:
        """Return the counts that stand nowhere."""
        return [name for name in self.low if self.low[name] < self.high[name]]

    def found(self, smallest: int) -> dict[Name, float]:
        """Return the counts that stand nowhere, are from 1 to one less than ``smallest``, and can be one number only."""
        pinned = {}
        self._look_about()
        for name in self.unknown():
            if self.low[name] >= smallest:
                continue
            low, high = self.seen.get(name, (0.0, 0.0))
            if high - low > 0.5:  # solutions for others gave it two values
                continue
            low, high = self.range_of(name)
            if high - low < 0.5 and 0 < round(low) < smallest:
                pinned[name] = low
        return pinned

    def untrue(self) -> list[dict[Name, float]]:
        """Return the sums of known counts that do not hold: mistakes of the reader, where nothing is hidden from him."""
        wrong = []
        for terms, low, high in self.sums:
            if all(self.low[name] == self.high[name] for name in terms):
                value = sum(times * self.low[name] for name, times in terms.items())
                if not low - 1e-6 <= value <= high + 1e-6:
                    wrong.append(terms)
        return wrong

    def _about(self, start: Name) -> tuple[list[Name], list[tuple[dict[Name, float], float, float]]]:
        """Return what is tied to a count through counts that are not known, with known ones in the right of the sums."""
        if not hasattr(self, "_sums_of"):
            self._sums_of: dict[Name, list[int]] = defaultdict(list)
            for at, (terms, _, _) in enumerate(self.sums):
                for name in terms:
                    if self.low[name] < self.high[name]:
                        self._sums_of[name].append(at)
        names, places, to_see = {start: None}, {}, [start]
        while to_see:
            for at in self._sums_of[to_see.pop()]:
                if at in places:
                    continue
                places[at] = None
                new = [one for one in self.sums[at][0] if one not in names and self.low[one] < self.high[one]]
                names |= dict.fromkeys(new)
                to_see += new
        rows = []
        for at in places:
            terms, low, high = self.sums[at]
            known = sum(times * self.low[one] for one, times in terms.items() if one not in names)
            rows.append(({one: times for one, times in terms.items() if one in names}, low - known, high - known))
        return list(names), rows


class _Reading:
    """One release, read family by family."""

    def __init__(self, reader: Reader, release: Mapping[str, Any], prefix: str) -> None:
        self.reader, self.release, self.prefix = reader, release, prefix
        edition = release["edition"]
        self.smallest, self.rounding = edition["smallest_count"], edition["rounding"]
        self.by_id = {found["id"]: found for found in release["estimates"]}
        self.study = release["study"]
        self.primary = self.name("met", _rule_id(self.study["response"]["primary"]))
        self.all = self.count(self.name("courses"), self.by_id["courses.n"]["value"])
        self.persons = self.name("persons")

    def name(self, *parts: str) -> Name:
        return (self.prefix, *parts)

    def count(self, name: Name, told: float | str | None) -> Name:
        """Note what stands for a count: a number, a mark, or nothing."""
        if told is None:
            self.reader.bound(name, 0, math.inf)
        elif isinstance(told, str):
            self.reader.bound(name, 1, self.smallest - 1 if told.startswith("<") else math.inf)
        elif self.rounding == 1 or told == 0:
            self.reader.bound(name, told, told)
        else:
            half = self.rounding // 2
            self.reader.bound(name, max(self.smallest, told - half), told + half)
        return name

    def total(self, whole: Name, *parts: Name) -> None:
        self.reader.tie({whole: -1, **dict.fromkeys(parts, 1)})

    def inside(self, part: Name, whole: Name) -> None:
        if part != whole:
            self.reader.tie({whole: 1, part: -1}, 0, math.inf)

    def covered(self, whole: Name, parts: Iterable[Name]) -> None:
        found = list(parts)
        for part in found:
            self.inside(part, whole)
        self.reader.tie({whole: -1, **dict.fromkeys(found, 1)}, 0, math.inf)

    def numerator(self, id: str, *name: str) -> Name:
        """Note the numerator of a share that has an estimate, whatever is told of it."""
        found, of = self.by_id[id], self.name(*name)
        if found["value"] is None:  # a share of none is hidden, too, where its denominator is
            return self.count(of, found["hidden"] if (found["hidden"] or "").startswith("<") else None)
        return self.count(of, found["numerator"] if found["numerator"] is not None else found["value"])

    def size(self, id: str, field: str, *name: str) -> Name:
        """Note how many courses an estimate is of."""
        return self.count(self.name(*name), self.by_id[id][field] if id in self.by_id else None)

    def has(self, id: str) -> bool:
        """Whether an estimate has a value or a mark."""
        found = self.by_id.get(id)
        return found is not None and (found["value"] is not None or found["hidden"] is not None)

    def all_ids(self, pattern: str) -> Iterator[re.Match[str]]:
        for id in self.by_id:
            if self.has(id) and (match := re.fullmatch(pattern, id)):
                yield match

    def everything(self) -> None:
        self.count(self.persons, self.by_id["persons.n"]["value"])
        self.inside(self.persons, self.all)
        self.entry()
        self.response()
        self.days()
        self.time_to_response()
        self.harm()
        self.follow_up()
        self.returns()
        self.missing()
        self.table_1()
        self.failed()
        self.variants()

    def entry(self) -> None:
        steps = self.release["attrition"]
        for before, step in zip([None, *steps], steps, strict=False):
            for kind in ("courses", "persons"):
                left = self.count(self.name("left", kind, step["id"]), step[kind])
                lost = self.count(self.name("lost", kind, step["id"]), step[f"{kind}_lost"])
                if before is not None:
                    self.total(self.name("left", kind, before["id"]), left, lost)
            self.inside(self.name("left", "persons", step["id"]), self.name("left", "courses", step["id"]))
            self.inside(self.name("lost", "persons", step["id"]), self.name("lost", "courses", step["id"]))
        for kind, end in (("courses", self.all), ("persons", self.persons)):
            self.total(self.name("left", kind, steps[-1]["id"]), end)

    def response(self) -> None:
        rules = {_rule_id(rule): rule for rule in (self.study["response"]["primary"], *self.study["response"]["also"])}
        nested: dict[str, list[tuple[float, Name]]] = defaultdict(list)
        for id, rule in rules.items():
            if not self.has(f"response.{id}_missing_as_no"):
                continue
            met = self.numerator(f"response.{id}_missing_as_no", "met", id)
            self.numerator(f"response.{id}", "met", id) if self.by_id[f"response.{id}"]["value"] is not None else None
            judged = self.size(f"response.{id}", "denominator", "judged", id)
            not_met, unjudged = (
                self.count(self.name("not met", id), None),
                self.count(self.name("not judged", id), None),
            )
            self.total(judged, met, not_met)
            self.total(self.all, judged, unjudged)
            kind, threshold = next((kind, rule[kind]) for kind in ("points", "percent", "at_most") if kind in rule)
            nested[kind].append((threshold if kind == "at_most" else -threshold, met))
        for found in nested.values():
            ordered = [name for _, name in sorted(found)]
            for inner, outer in pairwise(ordered):
                self.inside(inner, outer)
        self.moves(rules)

    def moves(self, rules: Iterable[str]) -> None:
        if not self.has("change.fell"):
            return
        both = self.size("courses.evaluable", "value", "size", "evaluable")
        for id in ("change.mean", "final.mean"):
            if self.has(id) and self.by_id[id]["n"] is not None and id == "change.mean":
                self.count(both, self.by_id[id]["n"])
        fell, rose, same = (self.numerator(f"change.{way}", "moved", way) for way in ("fell", "rose", "same"))
        self.total(both, fell, rose, same)
        for id in rules:
            if not id.startswith("at_most") and self.name("met", id) in self.reader.low:
                self.inside(self.name("met", id), fell)
                self.inside(self.name("judged", id), both)

    def days(self) -> None:
        before = self.all
        lowest = {}
        for day in self.release["days"]:
            at = str(day["day"])
            running, rated, low = (
                self.count(self.name(kind, at), day[kind]) for kind in ("running", "rated", "lowest")
            )
            self.inside(running, before)
            self.inside(rated, running)
            lowest[day["day"]] = low
            id, before = f"daily.mean.day_{at}", running
            if self.has(id):
                seen = self.size(id, "n", "seen on", at)
                self.inside(rated, seen)
                self.inside(seen, self.all)
                self.inside(low, seen)
                if self.has(f"daily.mean_fixed_set.day_{at}"):
                    self.inside(self.size(f"daily.mean_fixed_set.day_{at}", "n", "in the fixed set"), seen)
        if self.has("nadir_day.mean"):
            self.lowest_days(lowest)

    def lowest_days(self, lowest: Mapping[int, Name]) -> None:
        """A mean of days is a sum of days by a count of courses, and its spread a sum of squares."""
        own = self.by_id["nadir_day.mean"]
        size = self.count(self.name("size", "nadir day"), own["n"])
        self.total(size, *lowest.values())
        if own["value"] is None or own["n"] is None or self.rounding > 1:
            return
        n, slack = own["n"], _half_of_last_digit(own["value"], own["lower"])
        self.reader.tie(
            {name: day for day, name in lowest.items()}, n * (own["value"] - slack), n * (own["value"] + slack)
        )
        if own["sd"] is None and own["lower"] is not None:
            self.spread(own, lowest)
        if own["sd"] is not None:
            squares = (n - 1) * own["sd"] ** 2 + n * own["value"] ** 2
            self.reader.tie({name: day**2 for day, name in lowest.items()}, squares - 0.01, squares + 0.01)

    def spread(self, own: Mapping[str, Any], lowest: Mapping[int, Name]) -> None:
        """An interval with few decimals is so many standard errors wide, give or take a last digit."""
        n, slack = own["n"], _half_of_last_digit(own["value"], own["lower"], own["upper"])
        middle, half = (own["lower"] + own["upper"]) / 2, (own["upper"] - own["lower"]) / 2
        errors = float(student.ppf(0.975, n - 1)) / math.sqrt(n)
        least, most = (max(0.0, half + way * 2 * slack) / errors for way in (-1, 1))
        # The sum of squares about the middle, which is not the mean, is at most n times their squared distance larger.
        away = n * (abs(middle - own["value"]) + 2 * slack) ** 2
        squares = {name: (day - middle) ** 2 for day, name in lowest.items()}
        self.reader.tie(squares, (n - 1) * least**2, (n - 1) * most**2 + away)

    def time_to_response(self) -> None:
        found = sorted((int(match[1]), match[0]) for match in self.all_ids(r"time_to_response\.day_(\d+)"))
        before = None
        for day, id in found:
            key = self.numerator(id, "had met by", str(day))
            self.inside(key, self.size(id, "denominator", "waiting", str(day)))
            if before is not None:
                self.inside(before, key)
            before = key

    def harm(self) -> None:
        if not self.has("harm.any"):
            return
        known = self.size("harm.any", "denominator", "harm known")
        self.inside(known, self.all)
        anything, rate = self.numerator("harm.any", "harm", "any"), "harm.rate"
        self.inside(anything, known)
        terms = [
            m[1] for m in self.all_ids(r"harm\.([a-z_0-9]+)") if not re.fullmatch(r"any|rate|serious|grade_.*", m[1])
        ]
        keys = {term: self.numerator(f"harm.{term}", "harm", term) for term in terms}
        self.covered(anything, keys.values())
        events = {
            term: self.numerator(f"harm.{term}.rate", "events", term) for term in terms if self.has(f"harm.{term}.rate")
        }
        for term, name in events.items():
            self.inside(keys[term], name)
        if self.has(rate) and len(events) == len(terms):
            all_events = self.numerator(rate, "events", "any")
            self.inside(anything, all_events)
            self.total(all_events, *events.values())
            # Courses with known events and a known length: of both kinds of number, in the examples, the same.
            self.total(self.size(rate, "n", "rate size"), known)
        if self.has("harm.serious"):
            self.inside(self.numerator("harm.serious", "harm", "serious"), anything)
        self.grades(anything, keys)
        self.harm_of_groups(anything)

    def grades(self, anything: Name, keys: Mapping[str, Name]) -> None:
        graded = {"any": ("harm", anything), **{term: (f"harm.{term}", key) for term, key in keys.items()}}
        above: dict[tuple[str, int], Name] = {}
        for term, (id, key) in graded.items():
            found = [
                self.numerator(f"{id}.{grade}", "grade", term, grade) for grade in _GRADES if self.has(f"{id}.{grade}")
            ]
            if len(found) < len(_GRADES):
                continue
            self.total(key, *found)
            for grade in range(1, 6):
                above[term, grade] = self.count(self.name("at least", term, str(grade)), None)
                self.total(above[term, grade], *found[grade - 1 : 5])
        if len(above) == 5 * len(graded):
            for grade in range(1, 6):
                self.covered(above["any", grade], [above[term, grade] for term in keys])

    def harm_of_groups(self, anything: Name) -> None:
        both = []
        for group, met in (("responders", "met"), ("non_responders", "not met")):
            whole = self.name(met, self.primary[2])
            if self.has(f"harm.any.{group}") and whole in self.reader.low:
                of = self.size(f"harm.any.{group}", "denominator", "harm known", group)
                key = self.numerator(f"harm.any.{group}", "harm any", group)
                self.inside(of, whole)
                self.inside(key, of)
                both.append(key)
        if both:
            self.reader.tie({anything: 1, **dict.fromkeys(both, -1)}, 0, math.inf)

    def follow_up(self) -> None:
        for match in self.all_ids(r"(visit_\d+)\.seen"):
            visit = match[1]
            seen = self.numerator(match[0], "seen", visit)
            self.inside(seen, self.all)
            later = self.name("later", visit)
            if self.has(f"follow_up.{visit}.mean"):
                self.inside(self.size(f"follow_up.{visit}.mean", "n", "value at", visit), seen)
            if self.has(f"follow_up.{visit}.response"):
                of = self.size(f"follow_up.{visit}.response", "denominator", "judged at", visit)
                self.inside(self.numerator(f"follow_up.{visit}.response", "later", visit), of)
                self.inside(of, seen)
            if self.has(f"sustained.{visit}") and self.primary in self.reader.low:
                self.sustained(visit, seen, later)

    def sustained(self, visit: str, seen: Name, later: Name) -> None:
        id = f"sustained.{visit}"
        of, held = self.size(id, "denominator", "responders seen", visit), self.name("held", visit)
        self.count(held, None)
        for which in (id, f"{id}.of_all", f"{id}.unseen_as_no"):
            if self.has(which):
                self.numerator(which, "held", visit)
        self.inside(of, self.primary)
        self.inside(of, seen)
        self.inside(held, of)
        if later in self.reader.low:
            self.inside(held, later)
        if self.has(f"{id}.unseen_as_yes"):
            best = self.numerator(f"{id}.unseen_as_yes", "held or unseen", visit)
            self.reader.tie({best: 1, held: -1, self.primary: -1, of: 1})

    def returns(self) -> None:
        days = sorted((int(match[1]), match[0]) for match in self.all_ids(r"return\.day_(\d+)"))
        followed, before = self.count(self.name("followed"), None), None
        for day, id in days:
            key = self.numerator(id, "returned by", str(day))
            risk = self.count(self.name("at risk", str(day)), self.by_id[id]["denominator"])
            self.count(followed, self.by_id[id]["n"])
            self.reader.tie({followed: 1, key: -1, risk: -1}, 0, math.inf)
            if before is not None:
                self.inside(before, key)
            before = key
        if self.has("return.seen"):
            ever = self.numerator("return.seen", "returned", "ever")
            self.inside(ever, followed)
            if before is not None:
                self.inside(before, ever)
        if self.has("missing.return"):
            self.total(self.all, followed, self.numerator("missing.return", "missing", "return"))

    def missing(self) -> None:
        seen = {"final": "final.mean", "baseline": "baseline.mean", "dose_total": "dose_total.mean"}
        for match in self.all_ids(r"missing\.((?:follow_up\.)?[a-z_0-9]+)"):
            if match[1] in ("follow_up",):
                continue
            key = self.numerator(match[0], "missing", match[1])
            self.inside(key, self.all)
            reasons = [self.numerator(r[0], "missing", r[0]) for r in self.all_ids(rf"missing\.{re.escape(match[1])}\.[a-z_0-9]+") if r[0] not in ("missing.follow_up.visit_1", "missing.follow_up.visit_2")]  # fmt: skip
            if reasons:
                # Of a visit no reason is given where there was no final rating to hold.
                self.reader.tie(
                    {key: 1, **dict.fromkeys(reasons, -1)}, 0, math.inf if match[1].startswith("follow_up.") else 0
                )
            if match[1] in seen and self.has(seen[match[1]]):
                self.total(self.all, key, self.size(seen[match[1]], "n", "size", match[1]))
            if match[1].startswith("follow_up."):
                self.total(self.all, key, self.name("seen", match[1].removeprefix("follow_up.")))
        if self.name("missing", "final") in self.reader.low and self.name("size", "evaluable") in self.reader.low:
            lacking = {
                self.name("missing", which): 1.0
                for which in ("final", "baseline")
                if self.name("missing", which) in self.reader.low
            }
            both = self.name("size", "evaluable")
            self.reader.tie({self.all: 1, both: -1, **dict.fromkeys(lacking, -1.0)}, -math.inf, 0)
            for name in lacking:
                self.reader.tie({self.all: 1, both: -1, name: -1}, 0, math.inf)

    def table_1(self) -> None:
        rows = self.release["characteristics"]
        primary = self.primary[2]
        groups = {
            "overall": self.all,
            **{g: self.name(w, primary) for g, w in zip(_GROUPS, ("met", "not met", "not judged"), strict=True)},
        }
        for group, told in rows[0]["cells"].items():
            if groups[group] in self.reader.low:
                self.count(
                    groups[group],
                    int(told) if told.isdigit() else told if told in ("hidden", f"<{self.smallest}") else None,
                )
        by_variable: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows[2:]:
            by_variable[row["variable"]].append(row)
        for variable, of_variable in by_variable.items():
            self.variable(variable, of_variable, groups)

    def variable(self, variable: str, rows: Sequence[Mapping[str, Any]], groups: Mapping[str, Name]) -> None:
        is_category = rows[0]["level"] not in ("mean (SD)", "median [Q1, Q3]", None)
        for group, size in groups.items():
            lacking = self.count(self.name("lacking", variable, group), rows[0]["missing"][group])
            levels = []
            for row in rows if is_category else ():
                cell, name = row["cells"][group], self.name("level", variable, str(row["level"]), group)
                share = _SHARE.match(cell)
                levels.append(self.count(name, int(share[1]) if share else int(cell) if cell.isdigit() else cell if cell in ("hidden", f"<{self.smallest}") else None))  # fmt: skip
                if share is not None and self.rounding == 1:
                    self.reader.tie({size: 1, lacking: -1}, int(share[2]), int(share[2]))
            if is_category:
                self.total(size, lacking, *levels)
            else:
                self.inside(lacking, size)
        for kind, labels in (
            ("lacking", [()]),
            ("level", [(str(row["level"]),) for row in rows] if is_category else []),
        ):
            for label in labels:
                parts = [self.name(kind, variable, *label, group) for group in _GROUPS]
                self.total(self.name(kind, variable, *label, "overall"), *parts)

    def failed(self) -> None:
        for match in self.all_ids(r"failed\.[a-z]+\.[a-z_0-9]+"):
            whole = self.numerator(match[0], match[0])
            self.inside(whole, self.all)
            for inside in ("no_effect", "not_tolerated", "inferred"):
                if self.has(f"{match[0]}.{inside}"):
                    self.inside(self.numerator(f"{match[0]}.{inside}", match[0], inside), whole)

    def variants(self) -> None:
        for row in self.release["sensitivity"]:
            found = row["estimates"].get("response.primary_missing_as_no")
            if found is None or (found["value"] is None and found["hidden"] is None):
                continue
            met = self.name("met by variant", row["id"])
            self.count(met, found["numerator"] if found["value"] is not None else found["hidden"])
            judged, of = row["estimates"]["response.primary"], self.name("judged by variant", row["id"])
            self.count(of, judged["denominator"])
            rest = self.count(self.name("not met by variant", row["id"]), None)
            self.total(of, met, rest)
            self.inside(of, self.all)
            if row["is_main"]:
                self.total(met, self.primary)


def _rule_id(rule: Mapping[str, Any]) -> str:
    kind = next(kind for kind in ("points", "percent", "at_most") if kind in rule)
    return f"{kind}_{rule[kind]:g}"


def _half_of_last_digit(*values: float | None) -> float:
    """How far a written number may be from the exact one: half of its last digit, as the finest of several shows."""
    decimals = max(len(f"{value:.10g}".partition(".")[2]) for value in values if value is not None)
    return 0.5000001 * 10.0**-decimals


def whole_sums(value: float, sizes: Iterable[int], decimals: int) -> list[int]:
    """Return the sizes of which a mean, written so, could be the mean of whole numbers."""
    half = 0.5 * 10.0**-decimals + 1e-9
    return [n for n in sizes if math.floor(n * (value + half)) >= math.ceil(n * (value - half))]
