"""Rate limits shared by every script of a workspace, for Python 3.8 and later.

One file, standard library only. It opens the same database as the command `langfuse-metrics
rate-limit` and as the VS Code extension, and takes the same transactions, so that limits hold
across all of them:

    from langfuse_rate_limit import RateLimiter

    limiter = RateLimiter()
    with limiter.acquire("openai", "gpt-4o-mini", tokens=900, wait=60) as call:
        answer = ask(...)
        call.report(tokens=answer.usage.total_tokens)

Limits are read from `.langfuse/rate-limits.json`. A call that ends without a report counts at its
estimate; one that ends with an exception counts as the provider counts failed calls. Methods may be
called from any thread, and after a fork. Times are seconds unless a name says otherwise.
"""

import json
import math
import os
import random
import re
import sqlite3
import sys
import threading
import time
import uuid
import warnings
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

__all__ = [
    "LimitsFileProblem",
    "LimitsFileWarning",
    "QueueItem",
    "RateLimitError",
    "RateLimited",
    "RateLimiter",
    "Reservation",
]

Amounts = Tuple[int, int, int, int]

_DIMENSIONS = ("requests", "tokens", "input_tokens", "output_tokens")
_WINDOWS = ("minute", "hour", "day")
_NOTHING: Amounts = (0, 0, 0, 0)


class RateLimitError(Exception):
    """What cannot be done; `code` is the same as on the command line, such as limits.neverAdmitted."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RateLimited(RateLimitError):
    """The call was not admitted; `retry_after` says in how many seconds it is worth asking again."""

    def __init__(self, retry_after: float, limited_by: Dict[str, Any]) -> None:
        where = "a pause" if limited_by["dimension"] == "pause" else "{limit} {dimension} a {window}".format(**limited_by)
        super().__init__("limits.limited", "Limited by {}; try again in {:.1f} s".format(where, retry_after))
        self.retry_after = retry_after
        self.limited_by = limited_by


class LimitsFileProblem(RateLimitError):
    """The limits file cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__("limits.invalid", message)


class LimitsFileWarning(UserWarning):
    """The limits file cannot be used; the last good one stays in force."""


# ---------------------------------------------------------------------------------------------
# Limits: the file, presets, which rule covers a call

# What providers grant by default; headers of responses overrule it, and so do numbers of your own.
_PRESETS: Dict[str, Dict[str, Any]] = {
    "openai": {
        "date": "2025-09-15",
        "url": "https://platform.openai.com/docs/models",
        "timeZone": None,
        "burstSeconds": None,
        "tiers": {
            "tier1": {
                "gpt-4o": {"requests": {"minute": 500}, "tokens": {"minute": 30000}},
                "gpt-4o-mini": {"requests": {"minute": 500, "day": 10000}, "tokens": {"minute": 200000}},
                "gpt-4.1": {"requests": {"minute": 500}, "tokens": {"minute": 30000}},
                "gpt-4.1-mini": {"requests": {"minute": 500}, "tokens": {"minute": 200000}},
                "gpt-5": {"requests": {"minute": 500}, "tokens": {"minute": 500000}},
                "gpt-5-mini": {"requests": {"minute": 500}, "tokens": {"minute": 500000}},
            },
            "tier2": {
                "gpt-4o": {"requests": {"minute": 5000}, "tokens": {"minute": 450000}},
                "gpt-4o-mini": {"requests": {"minute": 5000}, "tokens": {"minute": 2000000}},
                "gpt-4.1": {"requests": {"minute": 5000}, "tokens": {"minute": 450000}},
                "gpt-4.1-mini": {"requests": {"minute": 5000}, "tokens": {"minute": 2000000}},
                "gpt-5": {"requests": {"minute": 5000}, "tokens": {"minute": 1000000}},
                "gpt-5-mini": {"requests": {"minute": 5000}, "tokens": {"minute": 2000000}},
            },
            "tier3": {
                "gpt-4o": {"requests": {"minute": 5000}, "tokens": {"minute": 800000}},
                "gpt-4o-mini": {"requests": {"minute": 5000}, "tokens": {"minute": 4000000}},
                "gpt-4.1": {"requests": {"minute": 5000}, "tokens": {"minute": 800000}},
                "gpt-4.1-mini": {"requests": {"minute": 5000}, "tokens": {"minute": 4000000}},
                "gpt-5": {"requests": {"minute": 5000}, "tokens": {"minute": 2000000}},
                "gpt-5-mini": {"requests": {"minute": 5000}, "tokens": {"minute": 4000000}},
            },
            "tier4": {
                "gpt-4o": {"requests": {"minute": 10000}, "tokens": {"minute": 2000000}},
                "gpt-4o-mini": {"requests": {"minute": 10000}, "tokens": {"minute": 10000000}},
                "gpt-4.1": {"requests": {"minute": 10000}, "tokens": {"minute": 2000000}},
                "gpt-4.1-mini": {"requests": {"minute": 10000}, "tokens": {"minute": 10000000}},
                "gpt-5": {"requests": {"minute": 10000}, "tokens": {"minute": 4000000}},
                "gpt-5-mini": {"requests": {"minute": 10000}, "tokens": {"minute": 10000000}},
            },
            "tier5": {
                "gpt-4o": {"requests": {"minute": 10000}, "tokens": {"minute": 30000000}},
                "gpt-4o-mini": {"requests": {"minute": 30000}, "tokens": {"minute": 150000000}},
                "gpt-4.1": {"requests": {"minute": 10000}, "tokens": {"minute": 30000000}},
                "gpt-4.1-mini": {"requests": {"minute": 30000}, "tokens": {"minute": 150000000}},
                "gpt-5": {"requests": {"minute": 15000}, "tokens": {"minute": 40000000}},
                "gpt-5-mini": {"requests": {"minute": 30000}, "tokens": {"minute": 180000000}},
            },
        },
    },
    "anthropic": {
        "date": "2026-11-15",
        "url": "https://platform.claude.com/docs/en/api/rate-limits",
        "timeZone": None,
        "burstSeconds": 15,
        "tiers": {
            "start": {
                "claude-opus-*": {"requests": {"minute": 1000}, "input_tokens": {"minute": 2000000}, "output_tokens": {"minute": 400000}},
                "claude-sonnet-*": {"requests": {"minute": 1000}, "input_tokens": {"minute": 2000000}, "output_tokens": {"minute": 400000}},
                "claude-haiku-*": {"requests": {"minute": 1000}, "input_tokens": {"minute": 2000000}, "output_tokens": {"minute": 400000}},
                "claude-fable-*": {"requests": {"minute": 1000}, "input_tokens": {"minute": 500000}, "output_tokens": {"minute": 100000}},
            },
            "build": {
                "claude-opus-*": {"requests": {"minute": 5000}, "input_tokens": {"minute": 5000000}, "output_tokens": {"minute": 1000000}},
                "claude-sonnet-*": {"requests": {"minute": 5000}, "input_tokens": {"minute": 5000000}, "output_tokens": {"minute": 1000000}},
                "claude-haiku-*": {"requests": {"minute": 5000}, "input_tokens": {"minute": 5000000}, "output_tokens": {"minute": 1000000}},
            },
            "scale": {
                "claude-opus-*": {"requests": {"minute": 10000}, "input_tokens": {"minute": 10000000}, "output_tokens": {"minute": 2000000}},
                "claude-sonnet-*": {"requests": {"minute": 10000}, "input_tokens": {"minute": 10000000}, "output_tokens": {"minute": 2000000}},
                "claude-haiku-*": {"requests": {"minute": 10000}, "input_tokens": {"minute": 10000000}, "output_tokens": {"minute": 2000000}},
                "claude-fable-*": {"requests": {"minute": 4000}, "input_tokens": {"minute": 4000000}, "output_tokens": {"minute": 800000}},
            },
        },
    },
    "gemini": {
        "date": "2025-09-15",
        "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
        "timeZone": "America/Los_Angeles",
        "burstSeconds": None,
        "tiers": {
            "free": {
                "gemini-2.5-pro": {"requests": {"minute": 5, "day": 100}, "tokens": {"minute": 125000}},
                "gemini-2.5-flash": {"requests": {"minute": 10, "day": 250}, "tokens": {"minute": 250000}},
                "gemini-2.5-flash-lite": {"requests": {"minute": 15, "day": 1000}, "tokens": {"minute": 250000}},
            },
            "tier1": {
                "gemini-2.5-pro": {"requests": {"minute": 150, "day": 10000}, "tokens": {"minute": 2000000}},
                "gemini-2.5-flash": {"requests": {"minute": 1000, "day": 10000}, "tokens": {"minute": 1000000}},
                "gemini-2.5-flash-lite": {"requests": {"minute": 4000}, "tokens": {"minute": 4000000}},
            },
            "tier2": {
                "gemini-2.5-pro": {"requests": {"minute": 1000, "day": 50000}, "tokens": {"minute": 5000000}},
                "gemini-2.5-flash": {"requests": {"minute": 2000, "day": 100000}, "tokens": {"minute": 3000000}},
                "gemini-2.5-flash-lite": {"requests": {"minute": 10000}, "tokens": {"minute": 10000000}},
            },
            "tier3": {
                "gemini-2.5-pro": {"requests": {"minute": 2000}, "tokens": {"minute": 8000000}},
                "gemini-2.5-flash": {"requests": {"minute": 10000}, "tokens": {"minute": 8000000}},
                "gemini-2.5-flash-lite": {"requests": {"minute": 30000}, "tokens": {"minute": 30000000}},
            },
        },
    },
}


def _limits_of(numbers: Dict[str, Dict[str, int]], source: Dict[str, str]) -> List[Dict[str, Any]]:
    return [
        {"dimension": dimension, "window": window, "limit": numbers[dimension][window], "source": source}
        for dimension in _DIMENSIONS
        for window in _WINDOWS
        if window in numbers.get(dimension, {})
    ]


def _preset_rules(provider: str, tier: str) -> List[Dict[str, Any]]:
    preset: Dict[str, Any] = _PRESETS.get(provider, {"tiers": {}})
    return [
        {
            "provider": provider,
            "model": model,
            "tier": tier,
            "timeZone": preset["timeZone"],
            "burstSeconds": preset["burstSeconds"],
            "limits": _limits_of(numbers, {"kind": "preset", "date": preset["date"], "url": preset["url"]}),
        }
        for model, numbers in preset["tiers"].get(tier, {}).items()
    ]


_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\r\n]*|/\*.*?\*/', re.S)
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])', re.S)
_ENTRY_KEYS = {"provider", "model", "tier", "time_zone", "burst_seconds"}.union(_DIMENSIONS)


def _parse_limits(text: str) -> Dict[str, Any]:
    """Reads a limits file: JSON with comments and trailing commas. Raises LimitsFileProblem."""

    def blank(match: "re.Match[str]") -> str:
        token = match.group()
        return token if token.startswith('"') else re.sub(r"[^\r\n]", " ", token)

    def no_constant(name: str) -> None:
        raise LimitsFileProblem("not valid JSON ({})".format(name))

    plain = _TRAILING_COMMA.sub(lambda match: match.group(1) or " ", _TOKEN.sub(blank, text))
    try:
        document = json.loads(plain, parse_constant=no_constant)
    except ValueError as error:
        raise LimitsFileProblem("not valid JSON ({})".format(error)) from error
    _require(isinstance(document, dict), "the file", "must be an object")
    _only_keys(document, {"$schema", "unknown", "limits"}, "the file")
    unknown = document.get("unknown", "allow")
    _require(unknown in ("allow", "refuse"), "unknown", 'must be "allow" or "refuse"')
    entries = document.get("limits", [])
    _require(isinstance(entries, list), "limits", "must be a list")
    rules: List[Dict[str, Any]] = []
    seen = set()
    for index, entry in enumerate(entries):
        where = "limits.{}".format(index)
        _check_entry(entry, where)
        provider = entry["provider"].strip().lower()
        model = entry.get("model", "*").strip()
        tier = entry["tier"].strip() if "tier" in entry else None
        identity = (provider, model.lower(), tier)
        _require(identity not in seen, where, "this provider, model and tier are listed above already")
        seen.add(identity)
        rules.extend(_rules_of_entry(entry, provider, model, tier, where))
    return {"unknown": unknown, "rules": rules}


def _require(holds: bool, where: str, message: str) -> None:
    if not holds:
        raise LimitsFileProblem("{}: {}".format(where, message))


def _only_keys(value: Dict[str, Any], known: set, where: str) -> None:
    for key in value:
        _require(key in known, where, 'unknown property "{}"'.format(key))


def _check_entry(entry: Any, where: str) -> None:
    _require(isinstance(entry, dict), where, "must be an object")
    _only_keys(entry, _ENTRY_KEYS, where)
    _require("provider" in entry, where, "provider is missing")
    for name in ("provider", "model", "tier", "time_zone"):
        if name in entry:
            text = entry[name]
            _require(isinstance(text, str) and text.strip() != "", where + "." + name, "must not be empty")
    if "time_zone" in entry:
        _offset_source(entry["time_zone"].strip())
    if "burst_seconds" in entry:
        burst = entry["burst_seconds"]
        is_number = isinstance(burst, (int, float)) and not isinstance(burst, bool)
        _require(is_number and 0.1 <= burst <= 60, where + ".burst_seconds", "must be from 0.1 to 60")
    for dimension in _DIMENSIONS:
        numbers = entry.get(dimension, {})
        place = "{}.{}".format(where, dimension)
        _require(isinstance(numbers, dict), place, "must be an object")
        _only_keys(numbers, set(_WINDOWS), place)
        for window, limit in numbers.items():
            is_number = isinstance(limit, (int, float)) and not isinstance(limit, bool)
            whole = is_number and 1 <= limit < 2**53 and limit == int(limit)
            _require(whole, place + "." + window, "must be a whole number, at least 1")
            numbers[window] = int(limit)


def _rules_of_entry(
    entry: Dict[str, Any], provider: str, model: str, tier: Optional[str], where: str
) -> List[Dict[str, Any]]:
    zone = entry["time_zone"].strip() if "time_zone" in entry else None
    burst = entry.get("burst_seconds")
    limits = _limits_of({name: entry[name] for name in _DIMENSIONS if name in entry}, {"kind": "settings"})
    if limits:
        return [
            {
                "provider": provider,
                "model": model,
                "tier": tier,
                "timeZone": zone or _provider_zone(provider),
                "burstSeconds": burst,
                "limits": limits,
            }
        ]
    if tier is None:
        raise LimitsFileProblem("{}: neither numbers nor a tier to take them from".format(where))
    rules = _preset_rules(provider, tier)
    if model != "*":
        rules = [dict(rule, model=model) for rule in rules if _matches(rule["model"], model)][:1]
    _require(bool(rules), where, "no preset for {} {} {}".format(provider, model, tier))
    return [
        dict(rule, timeZone=zone or rule["timeZone"], burstSeconds=rule["burstSeconds"] if burst is None else burst)
        for rule in rules
    ]


def _matches(pattern: str, model: str) -> bool:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, model, re.I | re.S) is not None


def _specificity(pattern: str) -> float:
    return len(pattern) - len(pattern.split("*")) if "*" in pattern else math.inf


def _find_rule(
    rules: List[Dict[str, Any]], provider: str, model: str, tier: Optional[str]
) -> Optional[Dict[str, Any]]:
    """Of those that match, the rule with the most specific model; among equals the call's tier's, else the first."""
    matching = [
        rule
        for rule in rules
        if rule["provider"] == provider.lower()
        and (tier is None or rule["tier"] is None or rule["tier"] == tier)
        and _matches(rule["model"], model)
    ]
    return max(
        matching,
        key=lambda rule: (_specificity(rule["model"]), tier is not None and rule["tier"] == tier),
        default=None,
    )


# ---------------------------------------------------------------------------------------------
# How providers count. Facts and sources: the pages named with the presets.


def _provider_zone(provider: str) -> Optional[str]:
    return "America/Los_Angeles" if provider in ("gemini", "google") else None


def _first(*values: Optional[int]) -> Optional[int]:
    return next((value for value in values if value is not None), None)


def _demand(
    provider: str, tokens: Optional[int], input_tokens: Optional[int], max_output_tokens: Optional[int]
) -> Tuple[Amounts, Amounts]:
    """What a call takes at once, and what is counted when it is reported or lost."""
    output = max_output_tokens or 0
    if provider == "openai":
        estimate = _first(tokens, input_tokens) or 0
        return (1, max(estimate, output), _first(input_tokens, estimate) or 0, output), _NOTHING
    if provider == "anthropic":
        given = _first(input_tokens, tokens) or 0
        return (1, given, given, 0), (0, output, 0, output)
    if provider in ("gemini", "google"):
        given = _first(input_tokens, tokens) or 0
        return (1, given, given, 0), (0, 0, 0, output)
    total = tokens if tokens is not None else (input_tokens or 0) + output
    return (1, total, _first(input_tokens, tokens) or 0, _first(max_output_tokens, tokens) or 0), _NOTHING


def _actual(
    provider: str,
    tokens: Optional[int],
    input_tokens: Optional[int],
    output_tokens: Optional[int],
    outcome: str,
) -> Tuple[int, Optional[int], Optional[int], Optional[int]]:
    """What a call that was made counts in the end; None where nothing better than the estimate is known."""
    if provider in ("gemini", "google"):
        given = _first(input_tokens, tokens)
        return 1, given, given, output_tokens
    if provider == "anthropic":
        output = 0 if output_tokens is None and outcome == "failed" else output_tokens
        return 1, _total(tokens, input_tokens, output), _first(input_tokens, tokens), output
    return 1, _total(tokens, input_tokens, output_tokens), input_tokens, output_tokens


def _total(tokens: Optional[int], given: Optional[int], output: Optional[int]) -> Optional[int]:
    if tokens is not None:
        return tokens
    return None if given is None or output is None else given + output


def _plus(a: Amounts, b: Amounts) -> Amounts:
    return tuple(x + y for x, y in zip(a, b))  # type: ignore[return-value]


def _minus(a: Amounts, b: Amounts) -> Amounts:
    return tuple(x - y for x, y in zip(a, b))  # type: ignore[return-value]


def _positive(a: Amounts) -> Amounts:
    return tuple(max(x, 0) for x in a)  # type: ignore[return-value]


# ---------------------------------------------------------------------------------------------
# Clocks and calendar days, in whole milliseconds


def _wall() -> int:
    return time.time_ns() // 1_000_000


def _monotonic() -> int:
    """The clock that Node's process.hrtime reads, so that both mean the same moment."""
    if sys.platform == "win32":
        return time.perf_counter_ns() // 1_000_000
    if sys.platform == "darwin":
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) // 1_000_000
    return time.monotonic_ns() // 1_000_000


def _slept() -> int:
    """Only on Linux does the monotonic clock stop while the machine sleeps."""
    if sys.platform != "linux":
        return 0
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000 - _monotonic()


def _boot() -> str:
    """Tells one run of the machine from the next, on Linux."""
    if sys.platform != "linux":
        return ""
    try:
        with open("/proc/sys/kernel/random/boot_id") as opened:
            return opened.read().strip()
    except OSError:
        return ""


def _start_clock() -> Dict[str, Any]:
    wall = _wall()
    return {"time": wall, "wall": wall, "monotonic": _monotonic(), "slept": _slept(), "boot": _boot()}


def _advance(clock: Dict[str, Any], wall: int, monotonic: int) -> Dict[str, Any]:
    """A wall clock that was set must neither free a window nor stop the time: the monotonic one tells."""
    ticked = monotonic - clock["monotonic"]
    passed = wall - clock["wall"]
    slept, boot = clock["slept"], clock["boot"]
    if ticked >= 0 and abs(passed - ticked) <= 1000 + 0.001 * abs(ticked):
        elapsed = ticked
    else:
        slept, boot = _slept(), _boot()
        if ticked < 0 or boot != clock["boot"]:
            elapsed = max(passed, 0)
        elif passed > ticked:
            elapsed = min(ticked + max(slept - clock["slept"], 0), passed)
        else:
            elapsed = ticked if passed < 0 else passed
    return {"time": clock["time"] + elapsed, "wall": wall, "monotonic": monotonic, "slept": slept, "boot": boot}


def _offset_source(zone: str) -> Any:
    """A tzinfo; Python 3.8, and machines without time zone data, know only California, where Gemini's days begin."""
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(zone)
    except Exception as error:
        if zone == "America/Los_Angeles":
            return None
        raise LimitsFileProblem(
            "{} is no time zone that this Python knows; Python 3.9 with the package tzdata knows all".format(zone)
        ) from error


def _next_midnight(wall: int, zone: str) -> int:
    source = _offset_source(zone)
    moment = datetime.fromtimestamp(wall // 1000, timezone.utc)
    if source is None:
        today = (moment + timedelta(hours=_california_offset(moment))).date() + timedelta(days=1)
        # Clocks change at two in the morning: until midnight the offset is that of eight o'clock UTC.
        midnight = datetime(today.year, today.month, today.day, 8, tzinfo=timezone.utc)
        return int((midnight - timedelta(hours=8 + _california_offset(midnight))).timestamp()) * 1000
    today = moment.astimezone(source).date() + timedelta(days=1)
    return int(datetime(today.year, today.month, today.day, tzinfo=source).timestamp()) * 1000


def _california_offset(moment: datetime) -> int:
    """Hours; daylight saving lasts from the second Sunday of March to the first of November, both at 2:00."""
    march = datetime(moment.year, 3, 8, 10, tzinfo=timezone.utc)
    november = datetime(moment.year, 11, 1, 9, tzinfo=timezone.utc)
    begins = march + timedelta(days=(6 - march.weekday()) % 7)
    ends = november + timedelta(days=(6 - november.weekday()) % 7)
    return -7 if begins <= moment < ends else -8


_LAST_MOMENT = 8_640_000_000_000_000


def _iso(milliseconds: int) -> str:
    if milliseconds >= 253_402_300_800_000:
        return "+275760-09-13T00:00:00.000Z"
    moment = datetime(1970, 1, 1) + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds") + "Z"


# ---------------------------------------------------------------------------------------------
# The database file

_APPLICATION_ID = 0x4C46524C
_SCHEMA_VERSION = 1
_BUSY_SECONDS = 10.0
_BUSY_RETRY_SECONDS = 0.005

# Equal to the schema of the command line; a test compares.
_SCHEMA = (
    """CREATE TABLE limit_pools (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tier TEXT NOT NULL,
    limits TEXT NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (provider, model, tier)
  )""",
    """CREATE TABLE limit_usage (
    pool_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    PRIMARY KEY (pool_id, level, starts_at)
  ) WITHOUT ROWID""",
    """CREATE TABLE limit_reservations (
    id INTEGER PRIMARY KEY,
    nonce INTEGER NOT NULL,
    pool_id INTEGER NOT NULL,
    reserved_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    later_tokens INTEGER NOT NULL,
    later_output_tokens INTEGER NOT NULL,
    settled INTEGER NOT NULL
  )""",
    """CREATE INDEX limit_reservations_later ON limit_reservations (pool_id, lease_until)
    WHERE settled = 0 AND later_output_tokens > 0""",
    """CREATE TABLE limit_tickets (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    pool_id INTEGER NOT NULL,
    place INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL
  )""",
    """CREATE INDEX limit_tickets_place ON limit_tickets (pool_id, place, number)""",
    """CREATE TABLE limit_pauses (provider TEXT PRIMARY KEY, until INTEGER NOT NULL)""",
    """CREATE TABLE limit_file (id INTEGER PRIMARY KEY, source TEXT NOT NULL, rules TEXT NOT NULL)""",
    """CREATE TABLE scheduled_requests (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tier TEXT NOT NULL,
    scheduled_time TEXT NOT NULL,
    actual_execution_time TEXT,
    created_at TEXT NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'pending',
    estimated_tokens INTEGER,
    execution_result TEXT,
    error_message TEXT,
    input_tokens INTEGER,
    max_output_tokens INTEGER,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    pool_id INTEGER NOT NULL,
    place INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease TEXT,
    lease_until INTEGER,
    reservation TEXT
  )""",
    """CREATE INDEX idx_scheduled_lookup ON scheduled_requests (provider, model, tier, status, scheduled_time)""",
    """CREATE INDEX idx_scheduled_order ON scheduled_requests (pool_id, status, place, id)""",
    """CREATE VIEW rate_limit_counters AS
  SELECT
    pool.provider, pool.model, pool.tier,
    strftime('%Y-%m-%dT%H:%M:%fZ', (used.window_start) / 1000.0, 'unixepoch') AS window_start,
    strftime('%Y-%m-%dT%H:%M:%fZ', (used.window_start + used.width) / 1000.0, 'unixepoch') AS window_end,
    used.window_type,
    used.request_count, used.token_count, used.input_token_count, used.output_token_count,
    json_extract(pool.limits, '$.requests.' || used.window_type) AS request_limit,
    json_extract(pool.limits, '$.tokens.' || used.window_type) AS token_limit,
    strftime('%Y-%m-%dT%H:%M:%fZ', (used.updated_at) / 1000.0, 'unixepoch') AS updated_at
  FROM limit_pools AS pool JOIN (
    SELECT
      bucket.pool_id, kind.window_type, kind.width,
      bucket.starts_at - bucket.starts_at % kind.width AS window_start,
      sum(bucket.requests) AS request_count, sum(bucket.tokens) AS token_count,
      sum(bucket.input_tokens) AS input_token_count, sum(bucket.output_tokens) AS output_token_count,
      max(bucket.last_at) AS updated_at
    FROM limit_usage AS bucket
    JOIN (SELECT pool_id, max(last_at) AS newest FROM limit_usage GROUP BY pool_id) AS latest
      ON latest.pool_id = bucket.pool_id
    JOIN (
      SELECT 'minute' AS window_type, 60000 AS width, 1 AS finest, 3600000 AS kept
      UNION ALL SELECT 'hour', 3600000, 2, 86400000
      UNION ALL SELECT 'day', 86400000, 2, 86400000
    ) AS kind ON bucket.level <= kind.finest
      -- Of older windows, part has been dropped already.
      AND bucket.starts_at - bucket.starts_at % kind.width > latest.newest - kind.kept
    GROUP BY bucket.pool_id, kind.window_type, kind.width, bucket.starts_at - bucket.starts_at % kind.width
  ) AS used ON used.pool_id = pool.id""",
)


class _File:
    """One open database: SQLite in WAL mode, shared by processes through its own locks."""

    def __init__(self, path: str) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.path = path
        self.pid = os.getpid()
        self.connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=200
        )
        try:
            self._prepare_when_free()
            self.identity = _identity(path)
        except BaseException:
            self.connection.close()
            raise

    @property
    def in_place(self) -> bool:
        """False once the file was deleted or replaced: what is written then would reach nobody."""
        return _identity(self.path) == self.identity

    def rows(self, statement: str, *values: Any) -> List[Tuple[Any, ...]]:
        return self.connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: Any) -> Optional[Tuple[Any, ...]]:
        found = self.rows(statement, *values)
        return found[0] if found else None

    def write(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self.connection.execute(statement, values)

    def _prepare_when_free(self) -> None:
        """While another process turns the file to WAL mode, SQLite fails at once in place of waiting."""
        until = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                return self._prepare()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= until:
                    raise
                time.sleep(_BUSY_RETRY_SECONDS)

    def _prepare(self) -> None:
        if self._pragma("user_version") != _SCHEMA_VERSION or self._pragma("application_id") != _APPLICATION_ID:
            self._require_ours()
            self.write("PRAGMA page_size = 1024")
            self.write("PRAGMA journal_mode = WAL")
            self.write("BEGIN IMMEDIATE")
            try:
                # Another process may have been quicker.
                if self._pragma("user_version") == 0:
                    for statement in _SCHEMA:
                        self.write(statement)
                    self.write("PRAGMA application_id = {}".format(_APPLICATION_ID))
                    self.write("PRAGMA user_version = {}".format(_SCHEMA_VERSION))
                self.write("COMMIT")
            except BaseException:
                self.write("ROLLBACK")
                raise
        self.write("PRAGMA synchronous = NORMAL")
        self.write("PRAGMA wal_autocheckpoint = 4000")

    def _require_ours(self) -> None:
        # The mark is read last: another process may make the tables and the mark meanwhile.
        tables = self.rows("SELECT count(*) FROM sqlite_master")[0][0]
        ours = self._pragma("application_id") == _APPLICATION_ID
        if ours and self._pragma("user_version") > _SCHEMA_VERSION:
            raise RateLimitError("database.newer", "{} was written by a newer version".format(self.path))
        if not ours and tables != 0:
            raise RateLimitError("database.foreign", "{} is no rate limit database".format(self.path))

    def _pragma(self, name: str) -> int:
        return int(self.rows("PRAGMA {}".format(name))[0][0])


def _identity(path: str) -> Optional[Tuple[int, int]]:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


# ---------------------------------------------------------------------------------------------
# A pool: the calls that share limits, within one transaction

_WIDTHS = (100, 6_000, 144_000)
_SPANS = (60_000, 3_600_000, 86_400_000)
_LEVEL_OF = {"minute": 0, "hour": 1, "day": 2}

_OPEN, _REPORTED, _LOST = 0, 1, 2

_AMOUNTS = "requests, tokens, input_tokens, output_tokens"
_SUMS = ", ".join("coalesce(sum({}), 0)".format(name) for name in _DIMENSIONS)
_ADD_TO_BUCKET = """ON CONFLICT (pool_id, level, starts_at) DO UPDATE SET
    last_at = max(excluded.last_at, last_at),
    requests = requests + excluded.requests,
    tokens = tokens + excluded.tokens,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens"""


class _Key(NamedTuple):
    """What tells pools apart. A pool without a rule is counted and not limited."""

    provider: str
    model: str
    tier: str
    rule: Optional[Dict[str, Any]]

    @property
    def zone(self) -> Optional[str]:
        return None if self.rule is None else self.rule["timeZone"]

    @property
    def burst(self) -> Optional[float]:
        return None if self.rule is None else self.rule["burstSeconds"]

    @property
    def limits(self) -> List[Dict[str, Any]]:
        return [] if self.rule is None else self.rule["limits"]


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class _Pool:
    """A pool brought to the present: what has left its windows is no longer counted."""

    def __init__(self, file: _File, key: _Key) -> None:
        self.file = file
        self.key = key
        self.changed = False
        self.id = self._find()
        self.state: Dict[str, Any] = json.loads(file.rows("SELECT state FROM limit_pools WHERE id = ?", self.id)[0][0])
        self._move_clock()
        self.expire()
        self._settle_lost()

    @property
    def now(self) -> int:
        return self.state["clock"]["time"]

    @property
    def wall(self) -> int:
        return self.state["clock"]["wall"]

    def save(self) -> None:
        if self.changed:
            self.file.write("UPDATE limit_pools SET state = ? WHERE id = ?", _compact(self.state), self.id)

    def _find(self) -> int:
        numbers: Dict[str, Dict[str, int]] = {}
        for limit in self.key.limits:
            numbers.setdefault(limit["dimension"], {})[limit["window"]] = limit["limit"]
        limits = _compact(numbers)
        name = self.key[:3]
        find = "SELECT id, limits FROM limit_pools WHERE provider = ? AND model = ? AND tier = ?"
        found = self.file.one(find, *name)
        if found is None:
            insert = "INSERT INTO limit_pools (provider, model, tier, limits, state) VALUES (?, ?, ?, ?, ?)"
            return int(self.file.write(insert, *name, limits, _compact(self._first_state())).lastrowid or 0)
        if found[1] != limits:
            self.file.write("UPDATE limit_pools SET limits = ? WHERE id = ?", limits, found[0])
        return int(found[0])

    def _first_state(self) -> Dict[str, Any]:
        clock = _start_clock()
        pause = self.file.one("SELECT until FROM limit_pauses WHERE provider = ?", self.key.provider)
        paused = pause is not None and pause[0] > clock["wall"]
        return {
            "clock": clock,
            "used": [_NOTHING, _NOTHING, _NOTHING],
            "leaves": [None, None, None],
            "day": None,
            "paced": _NOTHING,
            "pausedUntil": clock["time"] + pause[0] - clock["wall"] if pause is not None and paused else None,
            "headers": {},
            "waiting": 0,
            "laterDue": None,
            "resetAt": 0,
        }

    def _move_clock(self) -> None:
        state = self.state
        state["clock"] = _advance(state["clock"], _wall(), _monotonic())
        if state["pausedUntil"] is not None and state["pausedUntil"] <= self.now:
            state["pausedUntil"] = None
        if self.key.zone is not None:
            self._turn_day(self.key.zone)

    def _turn_day(self, zone: str) -> None:
        """A day ends when its time has passed, whatever the wall clock was set to meanwhile."""
        day = self.state["day"]
        if day is not None and self.now < day["until"]:
            return
        ended = 0 if day is None else day["untilWall"]
        # A clock that lies further behind was set back by whoever had set it forward.
        until_wall = _next_midnight(max(self.wall, ended) if ended - self.wall <= 86_400_000 else self.wall, zone)
        fine, coarse, coarsest = self.state["used"]
        self.state["day"] = {
            "from": self.now,
            "until": self.now + until_wall - self.wall,
            "untilWall": until_wall,
            # Of a pool that was not kept by days so far, all of the last 24 hours, which is never too little.
            "used": _plus(_plus(fine, coarse), coarsest) if day is None else _NOTHING,
        }

    def expire(self) -> None:
        """Moves buckets that have left a level into the next one, and drops those older than a day."""
        for level in range(3):
            leaves = self.state["leaves"][level]
            if leaves is not None and leaves <= self.now:
                self._expire_level(level)

    def _expire_level(self, level: int) -> None:
        until = self.now - _SPANS[level]
        where = "FROM limit_usage WHERE pool_id = ? AND level = ? AND starts_at <= ? AND last_at <= ?"
        which = (self.id, level, until, until)
        leaving: Any = self.file.rows("SELECT {} {}".format(_SUMS, where), *which)[0]
        if level < 2:
            self.file.write(
                """INSERT INTO limit_usage (pool_id, level, starts_at, last_at, {amounts})
                SELECT pool_id, level + 1, starts_at - starts_at % ?, max(last_at),
                  sum(requests), sum(tokens), sum(input_tokens), sum(output_tokens)
                {where} GROUP BY 1, 2, 3 {add}""".format(amounts=_AMOUNTS, where=where, add=_ADD_TO_BUCKET),
                _WIDTHS[level + 1],
                *which
            )
            self._set_level(level + 1, _plus(self.state["used"][level + 1], leaving))
        self.file.write("DELETE {}".format(where), *which)
        self._set_level(level, _minus(self.state["used"][level], leaving))

    def _set_level(self, level: int, used: Amounts) -> None:
        oldest = self.file.one(
            "SELECT last_at FROM limit_usage WHERE pool_id = ? AND level = ? ORDER BY starts_at LIMIT 1", self.id, level
        )
        self.state["used"][level] = used
        self.state["leaves"][level] = None if oldest is None else oldest[0] + _SPANS[level]
        self.changed = True

    def _settle_lost(self) -> None:
        """Counts what calls whose lease has run out would have been counted for, as if reported at that moment."""
        due = self.state["laterDue"]
        if due is None or due > self.now:
            return
        where = "FROM limit_reservations WHERE pool_id = ? AND settled = 0 AND later_output_tokens > 0"
        overdue = "SELECT id, lease_until, later_tokens, later_output_tokens {} AND lease_until <= ?".format(where)
        for row, lease_until, tokens, output in self.file.rows(overdue, self.id, self.now):
            self.add_use((0, tokens, 0, output), lease_until)
            self.settled(row, _LOST)
        self.state["laterDue"] = self.file.rows("SELECT min(lease_until) {}".format(where), self.id)[0][0]
        self.changed = True
        self.expire()

    def settled(self, row: int, how: int) -> None:
        self.file.write("UPDATE limit_reservations SET settled = ? WHERE id = ?", how, row)

    def add_use(self, amounts: Amounts, at: Optional[int] = None) -> None:
        """Counts use at this moment, or at an earlier one: then `expire` is to follow."""
        if not any(amounts):
            return
        moment = self.now if at is None else at
        self.file.write(
            """INSERT INTO limit_usage (pool_id, level, starts_at, last_at, {})
            VALUES (?, 0, ?, ?, ?, ?, ?, ?) {}""".format(_AMOUNTS, _ADD_TO_BUCKET),
            self.id,
            moment - moment % _WIDTHS[0],
            moment,
            *amounts
        )
        state = self.state
        leaves = state["leaves"][0]
        state["leaves"][0] = moment + _SPANS[0] if leaves is None else min(leaves, moment + _SPANS[0])
        state["used"][0] = _plus(state["used"][0], amounts)
        if state["day"] is not None and moment >= state["day"]["from"]:
            state["day"]["used"] = _plus(state["day"]["used"], amounts)
        self._pace(amounts, moment)
        self.changed = True

    def give_back(self, amounts: Amounts, at: int) -> None:
        """Takes back what was counted at an earlier moment, from the windows that still hold it."""
        state = self.state
        if not any(amounts) or at <= state["resetAt"]:
            return
        for level in range(3):
            found = self.file.write(
                """UPDATE limit_usage SET requests = requests - ?, tokens = tokens - ?,
                  input_tokens = input_tokens - ?, output_tokens = output_tokens - ?
                WHERE pool_id = ? AND level = ? AND starts_at = ?""",
                *amounts,
                self.id,
                level,
                at - at % _WIDTHS[level]
            )
            if found.rowcount > 0:
                state["used"][level] = _minus(state["used"][level], amounts)
                break
        if state["day"] is not None and at >= state["day"]["from"]:
            state["day"]["used"] = _minus(state["day"]["used"], amounts)
        self._pace(_minus(_NOTHING, amounts), 0)
        self.changed = True

    def _pace(self, amounts: Amounts, earliest: int) -> None:
        if self.key.burst is None:
            return
        paced = list(self.state["paced"])
        for limit in self.key.limits:
            index = _DIMENSIONS.index(limit["dimension"])
            if limit["window"] == "minute" and amounts[index] != 0:
                paced[index] = max(paced[index], earliest) + _pace_cost(amounts[index], limit["limit"])
        self.state["paced"] = paced

    def used_in(self, window: str, index: int) -> int:
        if window == "day" and self.key.zone is not None:
            return 0 if self.state["day"] is None else self.state["day"]["used"][index]
        return sum(used[index] for used in self.state["used"][: _LEVEL_OF[window] + 1])

    def limits(self) -> List[Dict[str, Any]]:
        """The rule's limits, corrected by what response headers said. Your own numbers are never raised."""
        in_force = []
        for limit in self.key.limits:
            header = self.state["headers"].get("{dimension}/{window}".format(**limit))
            own = limit["source"]["kind"] == "settings"
            if header is None or (own and header["limit"] > limit["limit"]):
                in_force.append(limit)
            else:
                source = {"kind": "header", "at": _iso(header["at"])}
                in_force.append(dict(limit, limit=header["limit"], source=source))
        return in_force

    def remaining(self) -> Dict[str, Dict[str, int]]:
        left: Dict[str, Dict[str, int]] = {}
        for limit in self.limits():
            used = self.used_in(limit["window"], _DIMENSIONS.index(limit["dimension"]))
            left.setdefault(limit["dimension"], {})[limit["window"]] = max(limit["limit"] - used, 0)
        return left


def _pace_cost(amount: int, per_minute: int) -> float:
    return amount * 60_000 / per_minute


# ---------------------------------------------------------------------------------------------
# Admission and the line

_PRIORITY_MS = 60_000
_VOID_AFTER_MS = 5_000


class _Obstacle(NamedTuple):
    kind: str
    limit: Optional[Dict[str, Any]]
    excess: int
    until: int

    def described(self) -> Dict[str, Any]:
        if self.limit is None:
            return {"dimension": "pause", "window": None, "limit": None}
        return {name: self.limit[name] for name in ("dimension", "window", "limit")}


def _require_possible(pool: _Pool, hold: Amounts) -> None:
    for limit in pool.limits():
        held = hold[_DIMENSIONS.index(limit["dimension"])]
        if held > limit["limit"]:
            message = "{} {dimension} can never be admitted: the limit is {limit} in a {window}".format(held, **limit)
            raise RateLimitError("limits.neverAdmitted", message)


def _obstacles(pool: _Pool, hold: Amounts, ahead: Amounts) -> List[_Obstacle]:
    """All that stands in a call's way; it is admitted when there is nothing."""
    found = []
    if pool.state["pausedUntil"] is not None:
        found.append(_Obstacle("pause", None, 0, pool.state["pausedUntil"]))
    for limit in pool.limits():
        index = _DIMENSIONS.index(limit["dimension"])
        excess = pool.used_in(limit["window"], index) + ahead[index] + max(hold[index], 1) - limit["limit"]
        if excess > 0:
            found.append(_Obstacle("window", limit, excess, 0))
        elif pool.key.burst is not None and limit["window"] == "minute":
            # GCRA: the bucket holds `burst` seconds of the limit; a larger call passes when it is full.
            caught_up = pool.state["paced"][index] + _pace_cost(ahead[index], limit["limit"])
            room = max(pool.key.burst * 1000 - _pace_cost(hold[index], limit["limit"]), 0)
            until = math.ceil(caught_up - room)
            if until > pool.now:
                found.append(_Obstacle("pace", limit, 0, until))
    return found


def _outlook(pool: _Pool, obstacles: List[_Obstacle]) -> Tuple[_Obstacle, int]:
    """The obstacle that stays longest, and until when."""
    moments = [
        (obstacle, _when_left(pool, obstacle) if obstacle.kind == "window" else obstacle.until)
        for obstacle in obstacles
    ]
    return max(moments, key=lambda moment: moment[1])


def _when_left(pool: _Pool, obstacle: _Obstacle) -> int:
    limit: Dict[str, Any] = obstacle.limit or {}
    if limit["window"] == "day" and pool.state["day"] is not None and pool.key.zone is not None:
        return int(pool.state["day"]["until"])
    widest = _LEVEL_OF[limit["window"]]
    left = 0
    newest = pool.now
    for level in range(widest, -1, -1):
        buckets = pool.file.connection.execute(
            "SELECT last_at, {} FROM limit_usage WHERE pool_id = ? AND level = ? ORDER BY starts_at".format(
                limit["dimension"]
            ),
            (pool.id, level),
        )
        for last_at, amount in buckets:
            left += amount
            newest = last_at
            if left >= obstacle.excess:
                buckets.close()
                return int(last_at + _SPANS[widest])
    # Those ahead in line will fill the window first, perhaps several times.
    return int(newest + _SPANS[widest] * max(math.ceil((obstacle.excess - left) / limit["limit"]), 1))


def _look_ahead(pool: _Pool, ticket: Optional[str], place: float) -> Tuple[Amounts, bool]:
    """What those before a call will take, and whether it stands in the line. Void tickets are thrown away."""
    ahead, joined, waiting = _NOTHING, False, 0
    if pool.state["waiting"] == 0:
        return ahead, joined
    line = "SELECT id, place, seen_at, {} FROM limit_tickets WHERE pool_id = ? ORDER BY place, number".format(_AMOUNTS)
    for name, its_place, seen_at, *amounts in pool.file.rows(line, pool.id):
        if name != ticket and seen_at <= pool.now - _VOID_AFTER_MS:
            pool.file.write("DELETE FROM limit_tickets WHERE id = ?", name)
            continue
        waiting += 1
        if name == ticket:
            joined = True
        elif not joined and its_place <= place:
            ahead = _plus(ahead, tuple(amounts))  # type: ignore[arg-type]
    _set_waiting(pool, waiting)
    return ahead, joined


def _set_waiting(pool: _Pool, waiting: int) -> None:
    if pool.state["waiting"] != waiting:
        pool.state["waiting"] = waiting
        pool.changed = True


def _leave_line(pool: _Pool, ticket: str) -> bool:
    if pool.state["waiting"] == 0:
        return False
    stood = pool.file.write("DELETE FROM limit_tickets WHERE id = ?", ticket).rowcount > 0
    if stood:
        _set_waiting(pool, pool.state["waiting"] - 1)
    return stood


class _Request(NamedTuple):
    demand: Tuple[Amounts, Amounts]
    priority: int
    lease_ms: int
    ticket: Optional[str]
    place: Optional[int]


class _Granted(NamedTuple):
    reservation: str
    remaining: Dict[str, Dict[str, int]]


class _Refused(NamedTuple):
    retry_after_ms: int
    limited_by: Dict[str, Any]
    place: int


def _reserve(pool: _Pool, request: _Request) -> Union[_Granted, _Refused]:
    """Admits a call under all limits of its pool, or takes its place in the line."""
    hold, later = request.demand
    _require_possible(pool, hold)
    place = pool.now - request.priority * _PRIORITY_MS if request.place is None else request.place
    ahead, joined = _look_ahead(pool, request.ticket, place)
    obstacles = _obstacles(pool, hold, ahead)
    if not obstacles:
        return _grant(pool, request)
    if request.ticket is not None:
        pool.file.write(
            """INSERT INTO limit_tickets (id, pool_id, place, seen_at, {}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at""".format(_AMOUNTS),
            request.ticket,
            pool.id,
            place,
            pool.now,
            *hold
        )
        _set_waiting(pool, pool.state["waiting"] + (0 if joined else 1))
    obstacle, until = _outlook(pool, obstacles)
    return _Refused(max(until - pool.now, 1), obstacle.described(), place)


def _grant(pool: _Pool, request: _Request) -> _Granted:
    hold, later = request.demand
    lease_until = pool.now + request.lease_ms
    if request.ticket is not None:
        _leave_line(pool, request.ticket)
    pool.add_use(hold)
    if any(later):
        due = pool.state["laterDue"]
        pool.state["laterDue"] = lease_until if due is None else min(due, lease_until)
    nonce = random.SystemRandom().randrange(2**32)
    row = pool.file.write(
        """INSERT INTO limit_reservations
          (nonce, pool_id, reserved_at, lease_until, {}, later_tokens, later_output_tokens, settled)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)""".format(_AMOUNTS),
        nonce,
        pool.id,
        pool.now,
        lease_until,
        *hold,
        later[1],
        later[3]
    ).lastrowid
    if row is not None and row % 64 == 0:
        pool.file.write(
            """DELETE FROM limit_reservations
            WHERE id IN (SELECT id FROM limit_reservations ORDER BY id LIMIT 128)
              AND (lease_until <= ? AND (settled <> 0 OR later_output_tokens = 0) OR lease_until <= ?)""",
            pool.now - 3_600_000,
            pool.now - 90_000_000,
        )
    return _Granted("{}-{}".format(row, _base36(nonce)), pool.remaining())


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if number == 0:
            return digits


def _parse_reservation(name: str) -> Tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{0,15})-([0-9a-z]{1,7})", name, re.A)
    return (0, 0) if match is None else (int(match.group(1)), int(match.group(2), 36))


# ---------------------------------------------------------------------------------------------
# Settling, and what response headers tell

_UNIT_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


def _whole_number(text: Optional[str]) -> Optional[int]:
    return int(text) if text is not None and re.fullmatch(r"\d{1,15}", text.strip(), re.A) else None


def _until(text: Optional[str], wall: int) -> Optional[int]:
    """Milliseconds from now: "6m0s", "20ms", "1.5" (seconds), an RFC 3339 or an HTTP date."""
    trimmed = (text or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", trimmed, re.A):
        return math.ceil(float(trimmed) * 1000)
    if re.fullmatch(r"(\d+(\.\d+)?(ms|[dhms]))+", trimmed, re.A):
        parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[dhms])", trimmed, re.A)
        return math.ceil(sum(float(value) * _UNIT_MS[unit] for value, unit in parts))
    try:
        if re.match(r"\d{4}-", trimmed, re.A):
            # Python before 3.11 wants the zone spelt out, and three or six digits of a second.
            spelt = re.sub(r"\.(\d+)", lambda match: "." + match.group(1)[:3].ljust(3, "0"), trimmed)
            moment = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", spelt))
        elif re.match(r"[A-Z][a-z]{2},", trimmed):
            moment = parsedate_to_datetime(trimmed)
        else:
            return None
        return max(math.floor(moment.timestamp() * 1000) - wall, 0)
    except (TypeError, ValueError):
        return None


def _apply_headers(pool: _Pool, given: Dict[str, str]) -> None:
    """Corrects a pool by what a response said: limits, use by others of the same account, a pause."""
    headers = {str(name).lower(): str(value) for name, value in given.items()}
    for family in ("x-ratelimit-{field}-{dimension}", "anthropic-ratelimit-{dimension}-{field}"):
        for dimension in _DIMENSIONS:

            def read(field: str) -> Optional[str]:
                return headers.get(family.format(field=field, dimension=dimension.replace("_", "-")))

            limit, remaining = _whole_number(read("limit")), _whole_number(read("remaining"))
            if limit is not None or remaining is not None:
                rounded = 1000 if family.startswith("anthropic") and dimension != "requests" else 1
                _apply_reading(pool, dimension, limit, remaining, _until(read("reset"), pool.wall), rounded)
    # Use of others may be older than a minute.
    pool.expire()
    stated = _whole_number(headers.get("retry-after-ms"))
    retry_after = _until(headers.get("retry-after"), pool.wall) if stated is None else stated
    if retry_after is not None and retry_after > 0:
        pool.state["pausedUntil"] = max(pool.state["pausedUntil"] or 0, pool.now + retry_after)
        pool.changed = True


def _apply_reading(
    pool: _Pool, dimension: str, limit: Optional[int], remaining: Optional[int], reset: Optional[int], rounded: int
) -> None:
    candidates = [candidate for candidate in pool.limits() if candidate["dimension"] == dimension]
    if not candidates:
        return
    # Headers do not name their window: it is the one whose limit they state, else the shortest.
    meant = next((candidate for candidate in candidates if candidate["limit"] == limit), candidates[0])
    if limit is not None and limit > 0:
        pool.state["headers"]["{dimension}/{window}".format(**meant)] = {"limit": limit, "at": pool.wall}
        pool.changed = True
    if remaining is None:
        return
    index = _DIMENSIONS.index(dimension)
    counted = (meant["limit"] if limit is None else limit) - remaining
    others = counted - pool.used_in(meant["window"], index)
    if others < rounded:
        return
    # Counted so that it leaves when the header says; nothing is ever given back.
    span = _SPANS[_LEVEL_OF[meant["window"]]]
    at = pool.now - span + min(span if reset is None else reset, span)
    start = at // _WIDTHS[0] * _WIDTHS[0] + _WIDTHS[0]
    if meant["window"] == "day" and pool.key.zone is not None:
        # A calendar day counts what it was begun with, too.
        start = max(start, pool.state["day"]["from"])
    start = min(start, pool.now)
    amounts = [0, 0, 0, 0]
    amounts[index] = others
    pool.add_use(tuple(amounts), start)  # type: ignore[arg-type]


class _Usage(NamedTuple):
    outcome: str
    tokens: Optional[int]
    input_tokens: Optional[int]
    output_tokens: Optional[int]
    headers: Dict[str, str]


def _settle(pool: _Pool, row_id: int, name: str, usage: _Usage) -> str:
    """Replaces a reservation's estimate by what was really used, once."""
    row = pool.file.one(
        """SELECT reserved_at, lease_until, settled, later_tokens, later_output_tokens, {}
        FROM limit_reservations WHERE id = ?""".format(_AMOUNTS),
        row_id,
    )
    if row is None:
        raise _unknown_reservation(name)
    reserved_at, lease_until, settled, later_tokens, later_output = row[:5]
    if settled == _REPORTED:
        return "repeated"
    hold: Amounts = tuple(row[5:])  # type: ignore[assignment]
    estimate = _plus(hold, (0, later_tokens, 0, later_output))
    actual = _actual_amounts(pool, usage, estimate)
    late = settled == _LOST or lease_until <= pool.now
    if late:
        # It counts at its estimate already. Nothing is given back that others may have relied on since.
        pool.add_use(_positive(_minus(actual, estimate)))
    else:
        pool.give_back(_positive(_minus(hold, actual)), reserved_at)
        pool.add_use(_positive(_minus(actual, hold)))
    pool.settled(row_id, _REPORTED)
    _apply_headers(pool, usage.headers)
    return "late" if late else "now"


def _actual_amounts(pool: _Pool, usage: _Usage, estimate: Amounts) -> Amounts:
    if usage.outcome == "unused":
        return _NOTHING
    actual = _actual(pool.key.provider, usage.tokens, usage.input_tokens, usage.output_tokens, usage.outcome)
    known = (guess if value is None else value for value, guess in zip(actual, estimate))
    return tuple(known)  # type: ignore[return-value]


def _unknown_reservation(name: str) -> RateLimitError:
    return RateLimitError("limits.unknownReservation", "There is no reservation {}".format(name))


# ---------------------------------------------------------------------------------------------
# What scripts use

_LOOK_EVERY_SECONDS = 0.02
_LONGEST_SLEEP_SECONDS = 1.0
_LOST_TEXT = "The worker was lost: its lease has run out"
_OUTCOMES = ("succeeded", "failed", "unused")


class Reservation:
    """A call that was admitted. As a context manager it is settled at the end, whatever happens."""

    def __init__(self, limiter: "RateLimiter", name: str, remaining: Dict[str, Dict[str, int]]) -> None:
        self.id = name
        #: What is left in each limited window after this call.
        self.remaining = remaining
        self.settled = False
        self._limiter = limiter

    def report(self, **usage: Any) -> Dict[str, Any]:
        """As RateLimiter.report."""
        result = self._limiter.report(self.id, **usage)
        self.settled = True
        return result

    def release(self) -> Dict[str, Any]:
        """Gives everything back: the provider was never asked."""
        return self.report(outcome="unused")

    def __enter__(self) -> "Reservation":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if not self.settled:
            self.report(outcome="succeeded" if kind is None else "failed")


class QueueItem(NamedTuple):
    """A queued request to work on; `lease` names this hand-out, for complete and fail."""

    id: str
    provider: str
    model: str
    tier: Optional[str]
    payload: Any
    priority: int
    #: From 1.
    attempt: int
    lease: str
    reservation: str


class RateLimiter:
    """The limits of a workspace. Raises RateLimitError, and sqlite3.Error for the database's own failures.

    path: the database; else $LANGFUSE_METRICS_RATE_LIMITS_PATH, else .langfuse/rate_limits.db in the nearest
    folder above that has a .langfuse, else in the current folder.
    limits_file: else rate-limits.json beside the database.
    """

    def __init__(self, path: Optional[str] = None, limits_file: Optional[str] = None) -> None:
        self.path = os.path.abspath(path or _default_path())
        self.limits_file = os.path.abspath(limits_file or os.path.join(os.path.dirname(self.path), "rate-limits.json"))
        self._lock = threading.RLock()
        self._file: Optional[_File] = None
        self._inherited: List[_File] = []
        self._stamp: Any = ()
        self._source: Optional[str] = None
        self._rules: Dict[str, Any] = {"unknown": "allow", "rules": []}
        self._good = False
        #: Why the limits file is not in force; None when it is.
        self.problem: Optional[str] = None

    def acquire(
        self,
        provider: str,
        model: str,
        *,
        tier: Optional[str] = None,
        tokens: Optional[int] = None,
        input_tokens: Optional[int] = None,
        max_output_tokens: Optional[int] = None,
        priority: int = 0,
        wait: float = 0,
        lease: float = 600
    ) -> Reservation:
        """Admits a call under all its limits, or waits in line for up to `wait` seconds.

        Raises RateLimited when it was not admitted in time, and RateLimitError limits.neverAdmitted when it
        exceeds a limit by itself, limits.unknownModel when the limits file refuses unknown models.
        """
        _check_counts(tokens=tokens, input_tokens=input_tokens, max_output_tokens=max_output_tokens)
        demand = _demand(provider.lower(), tokens, input_tokens, max_output_tokens)
        ticket = uuid.uuid4().hex if wait > 0 else None
        deadline = time.monotonic() + wait
        place: Optional[int] = None
        try:
            while True:
                seen = self._wake_stamp()
                with self._transaction() as file:
                    pool = _Pool(file, self._key(provider, model, tier))
                    result = _reserve(pool, _Request(demand, priority, math.ceil(lease * 1000), ticket, place))
                    pool.save()
                if isinstance(result, _Granted):
                    ticket = None
                    return Reservation(self, result.reservation, result.remaining)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise RateLimited(result.retry_after_ms / 1000, result.limited_by)
                place = result.place
                self._sleep(min(result.retry_after_ms / 1000, left), seen)
        finally:
            if ticket is not None and place is not None:
                self._give_up(provider, model, tier, ticket)

    def report(
        self,
        reservation: str,
        *,
        tokens: Optional[int] = None,
        input_tokens: Optional[int] = None,
        output_tokens: Optional[int] = None,
        outcome: str = "succeeded",
        headers: Optional[Dict[str, str]] = None
    ) -> Dict[str, Any]:
        """Settles a reservation, once, with what was really used; without numbers, at its estimate.

        outcome: succeeded; failed (the provider was asked and gave no answer); unused (it was never asked).
        headers: of the provider's response; they correct limits and what is left.
        """
        _check_counts(tokens=tokens, input_tokens=input_tokens, output_tokens=output_tokens)
        if outcome not in _OUTCOMES:
            raise ValueError("outcome must be one of {}".format(", ".join(_OUTCOMES)))
        usage = _Usage(outcome, tokens, input_tokens, output_tokens, dict(headers or {}))
        with self._transaction() as file:
            how, pool = self._settle(file, reservation, usage)
            remaining = pool.remaining()
        if how != "repeated" and pool.state["waiting"] > 0:
            self._wake()
        return {"reservation": reservation, "settled": how, "remaining": remaining}

    def release(self, reservation: str) -> Dict[str, Any]:
        """Gives a reservation back: the provider was never asked."""
        return self.report(reservation, outcome="unused")

    def status(
        self, provider: Optional[str] = None, model: Optional[str] = None, tier: Optional[str] = None
    ) -> Dict[str, Any]:
        """What every pool holds, as `rate-limit status --json` prints it."""
        with self._transaction() as file:
            pools = []
            for name in file.rows("SELECT provider, model, tier FROM limit_pools ORDER BY id"):
                if _is_meant(name, provider, model, tier, both=True):
                    pool = _Pool(file, self._key_of(*name))
                    _look_ahead(pool, None, math.inf)
                    pools.append(_pool_status(pool))
                    pool.save()
            counts = dict(file.rows("SELECT status, count(*) FROM scheduled_requests GROUP BY status"))
        queue = {name: counts.get(name, 0) for name in ("pending", "executing", "completed", "failed")}
        return {"pools": pools, "queue": queue, "problem": self.problem}

    def schedule(
        self,
        provider: str,
        model: str,
        *,
        id: Optional[str] = None,
        payload: Any = None,
        tier: Optional[str] = None,
        tokens: Optional[int] = None,
        input_tokens: Optional[int] = None,
        max_output_tokens: Optional[int] = None,
        priority: int = 0,
        not_before: Optional[datetime] = None,
        max_attempts: int = 5
    ) -> Dict[str, Any]:
        """Stores a request for a worker's `next`; one whose id is known stays as it is."""
        _check_counts(tokens=tokens, input_tokens=input_tokens, max_output_tokens=max_output_tokens)
        name = id or str(uuid.uuid4())
        with self._transaction() as file:
            known = file.one("SELECT status FROM scheduled_requests WHERE request_id = ?", name)
            if known is not None:
                return {"id": name, "status": known[0], "created": False}
            pool = _Pool(file, self._key(provider, model, tier))
            _require_possible(pool, _demand(pool.key.provider, tokens, input_tokens, max_output_tokens)[0])
            due = pool.wall if not_before is None else max(pool.wall, math.floor(not_before.timestamp() * 1000))
            file.write(
                """INSERT INTO scheduled_requests
                  (request_id, provider, model, tier, scheduled_time, created_at, priority, estimated_tokens,
                   input_tokens, max_output_tokens, payload, max_attempts, pool_id, place, due_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                *(name, provider.lower(), model, tier or "", _iso(due), _iso(pool.wall), priority, tokens),
                *(input_tokens, max_output_tokens, _compact(payload), max_attempts, pool.id),
                *(due - priority * _PRIORITY_MS, due)
            )
            pool.save()
        self._wake()
        return {"id": name, "status": "pending", "created": True}

    def next(
        self,
        provider: Optional[str] = None,
        model: Optional[str] = None,
        tier: Optional[str] = None,
        *,
        wait: float = 0,
        lease: float = 600
    ) -> Optional[QueueItem]:
        """The next request that is due and admissible, with a reservation; None when there is none in time."""
        deadline = time.monotonic() + wait
        while True:
            seen = self._wake_stamp()
            with self._transaction() as file:
                item, retry_ms = self._next(file, (provider, model, tier), math.ceil(lease * 1000), wait > 0)
            left = deadline - time.monotonic()
            if item is not None or left <= 0:
                return item
            self._sleep(left if retry_ms is None else min(retry_ms / 1000, left), seen)

    def complete(self, item: QueueItem, *, result: Any = None, **usage: Any) -> Dict[str, Any]:
        """Ends a request well, and settles its reservation as `report` does; again changes nothing."""
        with self._transaction() as file:
            row, status = self._held(file, item, ended=("completed",))
            if row is not None:
                self._settle_item(file, item, "succeeded", usage)
                file.write(
                    """UPDATE scheduled_requests SET status = 'completed', execution_result = ?,
                      error_message = NULL, lease_until = NULL WHERE id = ?""",
                    None if result is None else _compact(result),
                    row[0],
                )
                status = "completed"
        self._wake()
        return {"id": item.id, "status": status}

    def fail(
        self, item: QueueItem, *, error: Optional[str] = None, retry: bool = True, retry_after: Optional[float] = None, **usage: Any
    ) -> Dict[str, Any]:
        """Ends an attempt badly: it is tried again after a growing pause, as long as attempts are left."""
        with self._transaction() as file:
            row, status = self._held(file, item, ended=("completed", "failed", "pending"))
            if row is not None:
                self._settle_item(file, item, "failed", usage)
                row_id, attempts, max_attempts, due = row
                again = retry and attempts < max_attempts
                status = "pending" if again else "failed"
                if again:
                    due = _wall() + _pause_ms(attempts, retry_after)
                file.write(
                    """UPDATE scheduled_requests SET status = ?, error_message = ?, scheduled_time = ?, due_at = ?,
                      lease = NULL, lease_until = NULL WHERE id = ?""",
                    *(status, error, _iso(due), due, row_id)
                )
        self._wake()
        return {"id": item.id, "status": status}

    def close(self) -> None:
        with self._lock:
            if self._file is not None and self._file.pid == os.getpid():
                self._file.connection.close()
            self._file = None

    def __enter__(self) -> "RateLimiter":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # -- transactions

    @contextmanager
    def _transaction(self) -> Iterator[_File]:
        with self._lock:
            file = self._open()
            file.write("BEGIN IMMEDIATE")
            try:
                self._read_limits(file)
                yield file
                file.write("COMMIT")
            except BaseException:
                # The limits that were just read were not stored.
                self._stamp = ()
                if file.connection.in_transaction:
                    file.write("ROLLBACK")
                raise

    def _open(self) -> _File:
        file = self._file
        if file is not None and file.pid != os.getpid():
            # After a fork. Closing it here would drop the parent's locks.
            self._inherited.append(file)
            file = None
        if file is not None and not file.in_place:
            file.connection.close()
            file = None
        if file is None:
            # What the new file holds of limits is not known.
            self._stamp = ()
            file = _File(self.path)
        self._file = file
        return file

    def _read_limits(self, file: _File) -> None:
        """Looks whether the limits file has changed; a broken one leaves the last good one in force."""
        stamp = _stamp_of(self.limits_file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.problem = None
        stored = file.one("SELECT source, rules FROM limit_file WHERE id = 1")
        if stamp is None:
            self._rules, self._good = {"unknown": "allow", "rules": []}, True
            return
        try:
            with open(self.limits_file, encoding="utf-8-sig", newline="") as opened:
                text = opened.read()
            self._rules = _parse_limits(text)
        except (OSError, UnicodeDecodeError, LimitsFileProblem) as error:
            self.problem = "{}: {}".format(self.limits_file, error)
            if not self._good and stored is not None:
                self._rules, self._good = json.loads(stored[1]), True
            if not self._good:
                raise LimitsFileProblem(self.problem + "; until it is corrected nothing is admitted") from error
            warnings.warn("The last good limits stay in force. " + self.problem, LimitsFileWarning, stacklevel=5)
            return
        self._good = True
        if stored is None or stored[0] != text:
            file.write(
                """INSERT INTO limit_file (id, source, rules) VALUES (1, ?, ?)
                ON CONFLICT (id) DO UPDATE SET source = excluded.source, rules = excluded.rules""",
                text,
                _compact(self._rules),
            )

    def _key(self, provider: str, model: str, tier: Optional[str]) -> _Key:
        rule = _find_rule(self._rules["rules"], provider, model, tier)
        if rule is None:
            rule = _find_rule(_preset_rules(provider.lower(), tier or ""), provider, model, tier)
        if rule is not None:
            return _Key(rule["provider"], rule["model"], rule["tier"] or "", rule)
        if self._rules["unknown"] == "refuse":
            message = "No limits are known for {} {}, and the limits file refuses such calls".format(provider, model)
            raise RateLimitError("limits.unknownModel", message)
        return _Key(provider.lower(), model, tier or "", None)

    def _key_of(self, provider: str, model: str, tier: str) -> _Key:
        for rule in self._rules["rules"] + _preset_rules(provider, tier):
            if (rule["provider"], rule["model"], rule["tier"] or "") == (provider, model, tier):
                return _Key(provider, model, tier, rule)
        return _Key(provider, model, tier, None)

    def _settle(self, file: _File, reservation: str, usage: _Usage) -> Tuple[str, _Pool]:
        row_id, nonce = _parse_reservation(reservation)
        name = file.one(
            """SELECT pool.provider, pool.model, pool.tier FROM limit_reservations AS reservation
            JOIN limit_pools AS pool ON pool.id = reservation.pool_id
            WHERE reservation.id = ? AND reservation.nonce = ?""",
            row_id,
            nonce,
        )
        if name is None:
            raise _unknown_reservation(reservation)
        pool = _Pool(file, self._key_of(*name))
        how = _settle(pool, row_id, reservation, usage)
        pool.save()
        return how, pool

    # -- the queue

    def _next(
        self, file: _File, wanted: Tuple[Optional[str], Optional[str], Optional[str]], lease_ms: int, waits: bool
    ) -> Tuple[Optional[QueueItem], Optional[int]]:
        soonest: Optional[int] = None
        pools = file.rows(
            """SELECT provider, model, tier FROM (
              SELECT id, provider, model, tier, {} AS first, {} AS leased FROM limit_pools AS pool
            ) AS queued
            WHERE first IS NOT NULL OR leased IS NOT NULL ORDER BY coalesce(first, leased), id""".format(
                _FIRST_PLACE.format("pending"), _FIRST_PLACE.format("executing")
            )
        )
        for name in pools:
            if _is_meant(name, *wanted, both=False):  # type: ignore[arg-type]
                pool = _Pool(file, self._key_of(*name))
                try:
                    item, retry_ms = self._next_in(pool, wanted[1] or "", lease_ms, waits)
                except _Moved:
                    return self._next(file, wanted, lease_ms, waits)
                finally:
                    pool.save()
                if item is not None:
                    return item, None
                soonest = min((value for value in (soonest, retry_ms) if value is not None), default=None)
        return None, soonest

    def _next_in(
        self, pool: _Pool, model: str, lease_ms: int, waits: bool
    ) -> Tuple[Optional[QueueItem], Optional[int]]:
        pool.file.write(
            """UPDATE scheduled_requests SET lease = NULL, lease_until = NULL, error_message = ?,
              status = CASE WHEN attempts >= max_attempts THEN 'failed' ELSE 'pending' END
            WHERE pool_id = ? AND status = 'executing' AND lease_until <= ?""",
            *(_LOST_TEXT, pool.id, pool.now)
        )

        def move_home(provider: str, its_model: str, tier: str) -> None:
            """Since a request was scheduled, the limits file may have put its model under another entry."""
            key = self._key(provider, its_model, tier or None)
            if key[:3] == pool.key[:3]:
                return
            home = _Pool(pool.file, key)
            pool.file.write(
                """UPDATE scheduled_requests SET pool_id = ?
                WHERE status = 'pending' AND pool_id = ? AND provider = ? AND model = ? AND tier = ?""",
                *(home.id, pool.id, provider, its_model, tier)
            )
            home.save()
            raise _Moved()

        while True:
            answer = _hand_out(pool, model, lease_ms, waits, move_home)
            if answer is not None:
                return answer

    def _held(
        self, file: _File, item: QueueItem, ended: Tuple[str, ...]
    ) -> Tuple[Optional[Tuple[int, int, int, int]], str]:
        """The item's row, unless its status is one of `ended`. Raises limits.unknownItem, limits.leaseLost."""
        found = file.one(
            "SELECT id, attempts, max_attempts, due_at, status, lease FROM scheduled_requests WHERE request_id = ?", item.id
        )
        if found is None:
            raise RateLimitError("limits.unknownItem", "There is no request {} in the queue".format(item.id))
        if found[4] in ended:
            return None, found[4]
        if found[5] != item.lease:
            message = "Request {} is no longer this worker's: its lease has run out".format(item.id)
            raise RateLimitError("limits.leaseLost", message)
        return found[:4], found[4]  # type: ignore[return-value]

    def _settle_item(self, file: _File, item: QueueItem, outcome: str, given: Dict[str, Any]) -> None:
        counts = {name: given.pop(name, None) for name in ("tokens", "input_tokens", "output_tokens")}
        headers = given.pop("headers", None) or {}
        if given:
            raise TypeError("unexpected arguments: {}".format(", ".join(given)))
        _check_counts(**counts)
        try:
            self._settle(file, item.reservation, _Usage(outcome, headers=dict(headers), **counts))
        except RateLimitError as error:
            # An old reservation that was thrown away has settled at its estimate.
            if error.code != "limits.unknownReservation":
                raise

    # -- waiting

    def _give_up(self, provider: str, model: str, tier: Optional[str], ticket: str) -> None:
        with self._transaction() as file:
            pool = _Pool(file, self._key(provider, model, tier))
            _leave_line(pool, ticket)
            pool.save()
        self._wake()

    def _wake_stamp(self) -> Any:
        return _stamp_of(self.path + "-wake")

    def _wake(self) -> None:
        try:
            with open(self.path + "-wake", "w") as opened:
                opened.write(".")
        except OSError:
            # Waiters look by themselves a little later.
            pass

    def _sleep(self, seconds: float, seen: Any) -> None:
        """Ends early when another process says that capacity has become free."""
        end = time.monotonic() + min(seconds, _LONGEST_SLEEP_SECONDS)
        while self._wake_stamp() == seen:
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _LOOK_EVERY_SECONDS))


class _Moved(Exception):
    """Requests came under another entry: the queue is to be looked at anew."""


_FIRST_PLACE = "(SELECT min(place) FROM scheduled_requests WHERE pool_id = pool.id AND status = '{}')"
# What no waiting helps: such a request is given up, so that it does not hold up those behind it.
_HOPELESS = ("limits.neverAdmitted", "limits.unknownModel")


def _default_path() -> str:
    named = os.environ.get("LANGFUSE_METRICS_RATE_LIMITS_PATH")
    if named:
        return named
    start = folder = os.getcwd()
    while not os.path.isdir(os.path.join(folder, ".langfuse")):
        parent = os.path.dirname(folder)
        if parent == folder:
            folder = start
            break
        folder = parent
    return os.path.join(folder, ".langfuse", "rate_limits.db")


def _stamp_of(path: str) -> Optional[Tuple[int, int, int]]:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _check_counts(**counts: Any) -> None:
    for name, count in counts.items():
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
            raise ValueError("{} must be a whole number, 0 or more".format(name))


def _is_meant(
    name: Tuple[str, str, str], provider: Optional[str], model: Optional[str], tier: Optional[str], both: bool
) -> bool:
    """both: a pattern in `model` names all pools it covers, too."""
    return (
        (provider is None or provider.lower() == name[0])
        and (model is None or _matches(name[1], model) or (both and _matches(model, name[1])))
        and (tier is None or name[2] in ("", tier))
    )


def _hand_out(
    pool: _Pool, model: str, lease_ms: int, waits: bool, move_home: Any
) -> Optional[Tuple[Optional[QueueItem], Optional[int]]]:
    """None when the request at the head was given up. Raises what `move_home` does."""
    file = pool.file
    pending = "FROM scheduled_requests WHERE pool_id = ? AND status = 'pending' AND (model = ? OR ? = '')"
    row = file.one(
        """SELECT id, request_id, provider, model, tier, payload, priority, attempts, place,
          estimated_tokens, input_tokens, max_output_tokens {} AND due_at <= ? ORDER BY place, id LIMIT 1""".format(pending),
        *(pool.id, model, model, pool.wall)
    )
    if row is None:
        due = file.rows("SELECT min(due_at) " + pending, pool.id, model, model)[0][0]
        leases = "SELECT min(lease_until) FROM scheduled_requests WHERE pool_id = ? AND status = 'executing'"
        lost = file.rows(leases, pool.id)[0][0]
        waiting = ((due, pool.wall), (lost, pool.now))
        return None, min((max(at - now, 1) for at, now in waiting if at is not None), default=None)
    row_id, name, provider, its_model, tier, payload, priority, attempts, place = row[:9]
    ticket = "item {}".format(row_id) if waits else None
    try:
        move_home(provider, its_model, tier)
        result = _reserve(pool, _Request(_demand(pool.key.provider, *row[9:]), priority, lease_ms, ticket, place))
    except RateLimitError as error:
        if error.code not in _HOPELESS:
            raise
        file.write("UPDATE scheduled_requests SET status = 'failed', error_message = ? WHERE id = ?", str(error), row_id)
        return None
    if isinstance(result, _Refused):
        return None, result.retry_after_ms
    lease = uuid.uuid4().hex
    file.write(
        """UPDATE scheduled_requests SET status = 'executing', attempts = attempts + 1, actual_execution_time = ?,
          lease = ?, lease_until = ?, reservation = ? WHERE id = ?""",
        *(_iso(pool.wall), lease, pool.now + lease_ms, result.reservation, row_id)
    )
    content = json.loads(payload)
    return QueueItem(name, provider, its_model, tier or None, content, priority, attempts + 1, lease, result.reservation), None


def _pause_ms(attempts: int, stated: Optional[float]) -> int:
    """Doubles from a second to five minutes; half of it is left to chance."""
    if stated is not None:
        return math.ceil(stated * 1000)
    return math.ceil(min(1000 * 2 ** (attempts - 1), 300_000) * (0.5 + 0.5 * random.random()))


def _pool_status(pool: _Pool) -> Dict[str, Any]:
    limits = {(limit["dimension"], limit["window"]): limit for limit in pool.limits()}
    windows = []
    for index, dimension in enumerate(_DIMENSIONS):
        for window in _WINDOWS:
            limit: Optional[Dict[str, Any]] = limits.get((dimension, window))
            used = pool.used_in(window, index)
            if limit is not None or used != 0:
                windows.append(
                    {
                        "dimension": dimension,
                        "window": window,
                        "used": used,
                        "limit": None if limit is None else limit["limit"],
                        "source": None if limit is None else limit["source"],
                        "resetMs": None if used == 0 else _reset_ms(pool, window),
                    }
                )
    open_calls = "SELECT count(*) FROM limit_reservations WHERE pool_id = ? AND settled = 0 AND lease_until > ?"
    queued = "SELECT count(*) FROM scheduled_requests WHERE pool_id = ? AND status = 'pending'"
    paused = pool.state["pausedUntil"]
    return {
        "provider": pool.key.provider,
        "model": pool.key.model,
        "tier": pool.key.tier or None,
        "windows": windows,
        "waiting": pool.state["waiting"],
        "open": pool.file.rows(open_calls, pool.id, pool.now)[0][0],
        "queued": pool.file.rows(queued, pool.id)[0][0],
        "pausedUntil": None if paused is None else _iso(min(pool.wall + paused - pool.now, _LAST_MOMENT)),
    }


def _reset_ms(pool: _Pool, window: str) -> int:
    day = pool.state["day"]
    if window == "day" and day is not None and pool.key.zone is not None:
        return int(day["until"] - pool.now)
    widest = _LEVEL_OF[window]
    # The oldest bucket lies in the coarsest level that holds any.
    for level in range(widest, -1, -1):
        leaves = pool.state["leaves"][level]
        if leaves is not None:
            return max(int(leaves - _SPANS[level] + _SPANS[widest] - pool.now), 0)
    return 0
