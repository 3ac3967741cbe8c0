"""Instants: what is taken, what is refused, and that nothing is rounded or guessed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import (
    EARLIEST,
    LATEST,
    format_instant,
    format_local,
    parse_instant,
    to_instant,
    utc,
)

INSTANTS = st.integers(EARLIEST, LATEST)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def code(text: str) -> str:
    with pytest.raises(LawkeepError) as caught:
        parse_instant(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2017-08-20T10:05:00+08:00", "2017-08-20T02:05:00.000000Z"),
        ("2017-08-20t02:05:00z", "2017-08-20T02:05:00.000000Z"),
        ("2017-08-20 02:05:00.5Z", "2017-08-20T02:05:00.500000Z"),
        ("2017-08-20T02:05:00.123456000Z", "2017-08-20T02:05:00.123456Z"),
        ("2017-06-01T00:00:00+08:00", "2017-05-31T16:00:00.000000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2017-08-20T02:05:00-00:00", "2017-08-20T02:05:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
    ],
)
def test_taken(text: str, canonical: str) -> None:
    assert format_instant(parse_instant(text)) == canonical


def test_the_epoch_counts_in_microseconds() -> None:
    assert parse_instant("1970-01-01T00:00:01Z") == 1_000_000
    assert parse_instant("1969-12-31T23:59:59.999999Z") == -1


@pytest.mark.parametrize(
    "text", ["2017-08-20T10:05:00", "2017-08-20 10:05:00.5", "0001-01-01T00:00:00"]
)
def test_without_an_offset_a_time_names_no_instant(text: str) -> None:
    assert code(text) == "time_without_zone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2017-08-20",
        "2017-08-20T10:05Z",
        "2017-8-20T10:05:00Z",
        "2017-02-29T00:00:00Z",
        "2017-08-20T24:00:00Z",
        "2017-08-20T10:05:60Z",
        "2017-08-20T10:05:00+0800",
        "2017-08-20T10:05:00+24:00",
        "2017-08-20T10:05:00+08:60",
        "2017-08-20T10:05:00.Z",
        "2017-08-20T10:05:00.1234567Z",
        "2017-08-20T10:05:00,5Z",
        "2017-08-20T10:05:00Z\n",
        " 2017-08-20T10:05:00Z",
        "２０１７-08-20T10:05:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "12017-08-20T10:05:00Z",
    ],
)
def test_malformed(text: str) -> None:
    assert code(text) == "time_malformed"


@given(INSTANTS)
def test_text_and_back(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant
    assert to_instant(utc(instant)) == instant


@given(INSTANTS, INSTANTS)
def test_canonical_text_sorts_like_the_number(first: int, second: int) -> None:
    assert (format_instant(first) < format_instant(second)) == (first < second)


@given(
    st.datetimes(datetime(1, 1, 2, tzinfo=UTC).replace(tzinfo=None), timezones=st.just(UTC)),
    st.integers(-1439, 1439),
)
def test_the_offset_never_moves_the_instant(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    if moment.year == 9999:
        moment = moment.replace(year=9998)
    assert parse_instant(moment.astimezone(zone).isoformat()) == to_instant(moment)


@given(st.text(max_size=40) | st.text("0123456789-:TZz+. ", max_size=33))
def test_any_text_is_an_instant_or_an_error_of_ours(text: str) -> None:
    try:
        instant = parse_instant(text)
    except LawkeepError:
        return
    assert EARLIEST <= instant <= LATEST


def test_what_people_read_is_the_clock_of_the_zone() -> None:
    instant = parse_instant("2017-08-20T02:05:00Z")
    assert format_local(instant, SHANGHAI) == "2017-08-20T10:05:00+08:00"
    assert format_local(instant + 1, SHANGHAI) == "2017-08-20T10:05:00.000001+08:00"


@given(st.integers(EARLIEST + 2 * 86_400_000_000, LATEST - 2 * 86_400_000_000))
def test_what_people_read_is_the_same_instant(instant: int) -> None:
    text = format_local(instant, ZoneInfo("Europe/Paris"))
    # Before 1911 the offset of Paris had seconds, which RFC 3339 cannot write.
    if text[:4] >= "1912":
        assert parse_instant(text) == instant
