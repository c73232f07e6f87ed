"""Sums by the rules of data/sums/, against figures worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from safar import catalogues
from safar.sums import END_OF_SERVICE, FOLDER, KINDS, LEAVE, OVERTIME, kinds_for, rules, wages_owed, work_out

TODAY = date(2026, 11, 22)
COUNTRIES = sorted(path.stem for path in FOLDER.glob("*.yml"))
amounts = st.decimals(min_value=0, max_value=10**6, places=2)


def total(kind: str, country: str, **values: str) -> "Decimal | None":
    found = work_out(kind, country, {name: Decimal(value) for name, value in values.items()}, "QAR", TODAY)
    return found.total.amount if found and found.total else None


@pytest.mark.parametrize(
    ("kind", "country", "values", "expected"),
    [
        (END_OF_SERVICE, "AE", {"basic": "1500", "service": "30"}, "2625.00"),  # 50 a day, 21 days, two and a half years
        (END_OF_SERVICE, "AE", {"basic": "1500", "service": "84"}, "8250.00"),  # five years of 21 days, two of 30
        (END_OF_SERVICE, "AE", {"basic": "1500", "service": "600"}, "36000.00"),  # never more than two years of pay
        (END_OF_SERVICE, "QA", {"basic": "1500", "service": "84"}, "7350.00"),
        (END_OF_SERVICE, "SA", {"basic": "1500", "service": "84"}, "6750.00"),
        (END_OF_SERVICE, "KW", {"basic": "260", "service": "12"}, "150.00"),  # 26 working days a month
        (END_OF_SERVICE, "BH", {"basic": "300", "service": "48"}, "750.00"),
        (END_OF_SERVICE, "OM", {"basic": "120", "service": "18"}, "180.00"),
        (END_OF_SERVICE, "HK", {"basic": "4500", "service": "72"}, "18000.00"),
        (OVERTIME, "AE", {"basic": "2400", "hours": "10"}, "125.00"),
        (OVERTIME, "SA", {"basic": "2400", "hours": "10"}, "150.00"),
        (OVERTIME, "SG", {"basic": "1144", "hours": "40"}, "360.00"),  # 12 x 1144 / 2288 is 6 an hour
        (OVERTIME, "MY", {"basic": "2080", "hours": "10"}, "150.00"),
        (LEAVE, "QA", {"basic": "1500", "leave": "21"}, "1050.00"),
        (LEAVE, "KW", {"basic": "260", "leave": "30"}, "300.00"),
    ],
)
def test_worked_out_by_hand(kind: str, country: str, values: dict[str, str], expected: str) -> None:
    assert total(kind, country, **values) == Decimal(expected)


def test_too_short_a_service_says_after_how_many_months() -> None:
    found = work_out(END_OF_SERVICE, "QA", {"basic": Decimal(1500), "service": Decimal(8)}, "QAR", TODAY)
    assert found
    assert (found.total, found.notes, found.values) == (None, ("sum_too_short",), {"months": 12})


@pytest.mark.parametrize(
    ("kind", "country", "values"),
    [
        (END_OF_SERVICE, "LB", {"basic": "1500", "service": "30"}),  # no checked rule
        (LEAVE, "SG", {"basic": "1500", "leave": "3"}),
        (OVERTIME, "MY", {"basic": "4001", "hours": "3"}),  # the law stops at 4,000 a month
        (END_OF_SERVICE, "OM", {"basic": "120", "service": "60"}),  # part of it was worked under the law before
        (END_OF_SERVICE, "../QA", {"basic": "1", "service": "30"}),
    ],
)
def test_without_a_rule_there_is_no_sum(kind: str, country: str, values: dict[str, str]) -> None:
    assert work_out(kind, country, {name: Decimal(value) for name, value in values.items()}, "X", TODAY) is None


@given(wage=amounts, months=st.integers(0, 60), paid=amounts)
def test_wages_owed_are_exact_and_never_below_nothing(wage: Decimal, months: int, paid: Decimal) -> None:
    found = wages_owed(wage, Decimal(months), paid, "QAR")
    assert found.total
    assert found.total.amount == max(wage * months - paid, Decimal(0))


@given(country=st.sampled_from(COUNTRIES), basic=st.integers(1, 4000), more=st.integers(0, 12), months=st.integers(0, 36))
def test_longer_service_never_brings_less(country: str, basic: int, more: int, months: int) -> None:
    shorter = total(END_OF_SERVICE, country, basic=str(basic), service=str(months))
    longer = total(END_OF_SERVICE, country, basic=str(basic), service=str(months + more))
    assert shorter is None or longer is None or longer >= shorter


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_rule_names_its_source_and_every_word_is_in_the_catalogue(country: str) -> None:
    content = yaml.safe_load((FOLDER / f"{country}.yml").read_text(encoding="utf-8"))
    assert content.pop("checked_on") == TODAY
    assert set(content) <= {kind.removeprefix("sum_") for kind in KINDS}
    for rule in content.values():
        assert rule["sources"]
        assert all(source["url"].startswith(("https://", "http://")) and source["title"] for source in rule["sources"])
    known = catalogues.interface()
    for kind in kinds_for(country):
        values = {"basic": Decimal(1000), "hours": Decimal(1), "service": Decimal(36), "leave": Decimal(1)}
        values |= {"wage": Decimal(1), "months": Decimal(1), "paid": Decimal(0)}
        found = work_out(kind, country, values, "QAR", TODAY)
        assert found
        assert all(key in known for key in (kind, *found.notes, *(step.key for step in found.steps)))


def test_wages_can_be_worked_out_everywhere() -> None:
    assert kinds_for(None) == kinds_for("XX") == ["sum_wages"]
    assert rules("XX") == {}
