"""What a worker is owed, worked out step by step from rules with sources (data/sums/<country>.yml).

Exact fractions until the last line, which is rounded to the smallest unit of the currency. A sum whose rule has no
checked source for a country is not worked out there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from safar.amounts import Money, rounded
from safar.settings import ROOT

FOLDER = ROOT / "data" / "sums"
WAGES, OVERTIME, END_OF_SERVICE, LEAVE = KINDS = ("sum_wages", "sum_overtime", "sum_end_of_service", "sum_leave")
# What each sum asks for, as questions of safar/complaints.py.
NEEDS = {
    WAGES: ("wage", "months", "paid"),
    OVERTIME: ("basic", "hours"),
    END_OF_SERVICE: ("basic", "service"),
    LEAVE: ("basic", "leave"),
}


@dataclass(frozen=True)
class Step:
    """One line of a sum: `key` is its words; `parts` are numbers and signs, ending in the result, which is `parts[-1]`."""

    key: str
    parts: tuple[Fraction | str, ...]


@dataclass(frozen=True)
class Sum:
    """A sum with its steps; `notes` are keys of what must be known beside it; without a total, `notes` say why."""

    total: Money | None
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)


@cache
def rules(country: str) -> dict[str, Any]:
    """The rules of a country by kind of sum without `sum_`; empty when none was checked."""
    path = FOLDER / f"{country}.yml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if country.isalpha() and path.exists() else {}


def kinds_for(country: str | None) -> list[str]:
    """The sums that can be worked out in a country; unpaid wages need no rule."""
    known = rules(country or "")
    return [kind for kind in KINDS if kind == WAGES or kind.removeprefix("sum_") in known]


def wages_owed(wage: Decimal, months: Decimal, paid: Decimal, currency: str) -> Sum:
    """Agreed pay for the months, less what was received for them; never less than nothing."""
    owed = max(Fraction(wage) * Fraction(months) - Fraction(paid), Fraction(0))
    parts = (Fraction(wage), "×", Fraction(months), *(("−", Fraction(paid)) if paid else ()), "=", owed)
    return Sum(Money(rounded(owed, currency), currency), (Step("sum_total", parts),))


def work_out(kind: str, country: str, values: Mapping[str, Decimal], currency: str, today: date) -> Sum | None:
    """The sum of a kind for a country, or None when there is no checked rule.

    Args:
        values: by question: `basic` (pay a month), `hours`, `service` (months), `leave` (days);
            for wages `wage` (a month), `months`, `paid`.
    """
    if kind == WAGES:
        return wages_owed(values["wage"], values["months"], values.get("paid", Decimal(0)), currency)
    rule = rules(country).get(kind.removeprefix("sum_"))
    basic = Fraction(values["basic"])
    if rule is None or basic > rule.get("most_pay", basic) or not _in_time(rule, values, today):
        return None
    sources = tuple((source["title"], source["url"]) for source in rule["sources"])
    if values.get("service", Decimal(0)) < rule.get("least_months", 0):
        return Sum(None, notes=("sum_too_short",), sources=sources, values={"months": rule["least_months"]})
    how = {OVERTIME: _overtime, END_OF_SERVICE: _end_of_service, LEAVE: _leave}[kind]
    steps = how(rule, basic, values)
    total = steps[-1].parts[-1]
    assert isinstance(total, Fraction)
    return Sum(Money(rounded(total, currency), currency), steps, _notes(rule), sources)


def _in_time(rule: Mapping[str, Any], values: Mapping[str, Decimal], today: date) -> bool:
    """Whether all of the work was done under this rule."""
    since = rule.get("only_since")
    return since is None or values["service"] <= (today.year - since.year) * 12 + today.month - since.month


def _notes(rule: Mapping[str, Any]) -> tuple[str, ...]:
    named = {"less_if_resigned": "sum_less_if_resigned", "more_at_night": "sum_more_at_night"}
    return (*(key for name, key in named.items() if rule.get(name)), "sum_other_rules")


def _share(key: str, pay: Fraction, share: Mapping[str, int]) -> Step:
    """Pay for a day or an hour as a share of the month's: `3,000 ÷ 30 = 100`."""
    times = ("×", Fraction(share["times"])) if share["times"] != 1 else ()
    return Step(key, (pay, *times, "÷", Fraction(share["of"]), "=", pay * share["times"] / share["of"]))


def _overtime(rule: Mapping[str, Any], basic: Fraction, values: Mapping[str, Decimal]) -> tuple[Step, ...]:
    hour = _share("sum_hour", basic, rule["hour"])
    extra = _times("sum_extra_hour", hour.parts[-1], Fraction(rule["factor"]))
    return hour, extra, _times("sum_total", extra.parts[-1], Fraction(values["hours"]))


def _leave(rule: Mapping[str, Any], basic: Fraction, values: Mapping[str, Decimal]) -> tuple[Step, ...]:
    day = _share("sum_day", basic, rule["day"])
    return day, _times("sum_total", day.parts[-1], Fraction(values["leave"]))


def _times(key: str, one: Fraction | str, many: Fraction) -> Step:
    assert isinstance(one, Fraction)
    return Step(key, (one, "×", many, "=", one * many))


def _end_of_service(rule: Mapping[str, Any], basic: Fraction, values: Mapping[str, Decimal]) -> tuple[Step, ...]:
    years = Fraction(values["service"]) / 12
    first = min(years, Fraction(rule.get("first_years", years)))
    steps = [
        Step("sum_years", (Fraction(values["service"]), "÷", Fraction(12), "=", years)),
        _years("sum_first_years" if years > first else "sum_total", basic, rule["per_year"], first),
    ]
    if years > first:
        steps.append(_years("sum_later_years", basic, rule["then_per_year"], years - first))
        early, late = (Fraction(step.parts[-1]) for step in steps[1:])
        steps.append(Step("sum_total", (early, "+", late, "=", early + late)))
    limit = basic * rule.get("most_months_of_pay", 0)
    total = steps[-1].parts[-1]
    if limit and isinstance(total, Fraction) and total > limit:
        steps.append(Step("sum_limit", (basic, "×", Fraction(rule["most_months_of_pay"]), "=", limit)))
    return tuple(steps)


def _years(key: str, basic: Fraction, share: Mapping[str, int], years: Fraction) -> Step:
    days, of = Fraction(share["days"]), Fraction(share["of"])
    one_year = (basic,) if days == of else (basic, "÷", of, "×", days)
    return Step(key, (*one_year, "×", years, "=", basic / of * days * years))
