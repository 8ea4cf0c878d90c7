"""The plan of a run as a person reads it: requests, creations and price, by provider and probe."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vidconform.contracts import Provider
from vidconform.forecasts import Forecast
from vidconform.options import RunOptions
from vidconform.probes import PROBES

Lines = list[str]

_HEAD: tuple[str, ...] = ("contract", "probe", "cost", "requests", "creations", "price")

_NOTE = (
    "A service that answers late, or not at all, is asked less. A retry, a redirect or a wait that a service asks for "
    "comes on top. At most that many creations: should a service accept what it must refuse, it counts too."
)


@dataclass(frozen=True)
class Sum:
    """Requests from `least` to `most`, creations expected and possible; prices in USD, None where not known."""

    least: int
    most: int | None
    creations: int
    possible: int
    price: Decimal | None
    highest: Decimal | None


def lines(plans: Sequence[tuple[Provider, str, Sequence[Forecast]]], options: RunOptions) -> Lines:
    """Return the plan of a run: each provider with its address and forecasts, then the total."""
    told = ["vidconform plan: what a live run of the selected tests would send; nothing was sent"]
    for provider, address, forecasts in plans:
        told += ["", *_provider(provider, address, forecasts, options)]
    sums = [_sum(provider, forecasts, options) for provider, _, forecasts in plans]
    return [*told, "", f"total: {_sentence(_total(sums, options))}", _NOTE]


def _provider(provider: Provider, address: str, forecasts: Sequence[Forecast], options: RunOptions) -> Lines:
    price = "price not known" if provider.creation_price is None else f"{provider.creation_price:.2f} USD a creation"
    sent = [forecast for forecast in forecasts if not forecast.hint]
    table = [_HEAD, *(_row(forecast, provider) for forecast in sent)]
    return [
        f"{provider.name}, {address}, {price}",
        *_columns(table if sent else []),
        *_withheld(forecasts),
        f"  {provider.name}: {_sentence(_sum(provider, forecasts, options))}",
    ]


def _row(forecast: Forecast, provider: Provider) -> tuple[str, ...]:
    possible = forecast.creations + forecast.accidents
    creations = _most(str(forecast.creations), str(possible)) if possible else ""
    price = _price(_cost(provider, forecast.creations), _cost(provider, possible)) if possible else ""
    cost = PROBES[forecast.probe].cost
    return forecast.contract, forecast.probe, cost, _requests(forecast.least, forecast.most), creations, price


def _columns(table: Sequence[Sequence[str]]) -> Lines:
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [("  " + "  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True))).rstrip() for row in table]


def _withheld(forecasts: Iterable[Forecast]) -> Lines:
    """Return what is not sent and what would allow it, each sentence once a contract."""
    found: dict[tuple[str, str, str], Lines] = {}
    for forecast in forecasts:
        if forecast.hint:
            word = "refused" if forecast.refused else "withheld"
            found.setdefault((word, forecast.contract, forecast.hint), []).append(forecast.probe)
    return [
        f"  {word}  {contract}  {', '.join(probes)}: needs {hint}" for (word, contract, hint), probes in found.items()
    ]


def _sum(provider: Provider, forecasts: Sequence[Forecast], options: RunOptions) -> Sum:
    sent = [forecast for forecast in forecasts if not forecast.hint]
    expected = sum(forecast.creations for forecast in sent)
    possible = min(expected + sum(forecast.accidents for forecast in sent), _limit(provider, options))
    most = [forecast.most for forecast in sent]
    return Sum(
        sum(forecast.least for forecast in sent),
        None if None in most else sum(number or 0 for number in most),
        expected, possible, _cost(provider, expected), _cost(provider, possible),
    )  # fmt: skip


def _limit(provider: Provider, options: RunOptions) -> int:
    """Return how many creations the run allows at one provider."""
    price, most = provider.creation_price, options.max_cost
    if most is None:
        return options.max_creations
    affordable = math.floor(Decimal(str(most)) / Decimal(str(price))) if price else options.max_creations
    return min(options.max_creations, affordable)


def _total(sums: Sequence[Sum], options: RunOptions) -> Sum:
    prices, highest = [s.price for s in sums], [s.highest for s in sums]
    most = [s.most for s in sums]
    return Sum(
        sum(s.least for s in sums),
        None if None in most else sum(number or 0 for number in most),
        sum(s.creations for s in sums),
        min(sum(s.possible for s in sums), options.max_creations),
        None if None in prices else sum((price or Decimal() for price in prices), Decimal()),
        None if None in highest else _dearest(sums, options),
    )


def _dearest(sums: Iterable[Sum], options: RunOptions) -> Decimal:
    """Return the price of the creations that the whole run may make, were they all the dearest."""
    prices = [s.highest / s.possible for s in sums if s.highest is not None for _ in range(s.possible)]
    dearest = sum(sorted(prices, reverse=True)[: options.max_creations], Decimal())
    return dearest if options.max_cost is None else min(dearest, Decimal(str(options.max_cost)))


def _cost(provider: Provider, creations: int) -> Decimal | None:
    """Return what some creations cost; none of them cost nothing, whatever the price."""
    if not creations:
        return Decimal()
    return None if provider.creation_price is None else creations * Decimal(str(provider.creation_price))


def _sentence(total: Sum) -> str:
    requests = f"{_requests(total.least, total.most)} request{'' if total.least == total.most == 1 else 's'}"
    creations = f"{_most(str(total.creations), str(total.possible))} creation{'' if total.possible == 1 else 's'}"
    return f"{requests}; {creations}; {_price(total.price, total.highest)}"


def _requests(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more, until --poll-timeout"
    return str(least) if least == most else f"{least} {'or' if most == least + 1 else 'to'} {most}"


def _most(expected: str, possible: str) -> str:
    return expected if expected == possible else f"{expected}, at most {possible}"


def _price(expected: Decimal | None, highest: Decimal | None) -> str:
    if expected is None or highest is None:
        return "price not known"
    return _most(f"{expected:.2f}", f"{highest:.2f}") + " USD"


def unset_key(provider: Provider) -> str:
    """Return what a live run of a provider lacks."""
    return f"{provider.key_variable} is not set; a live run of {provider.name} needs it"
