"""Providers that a live run of all of them leaves out, each with the sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vidconform.contracts import Contract, Provider
from vidconform.errors import BadOption, MissingKey
from vidconform.run.options import RunOptions, needs_no_key
from vidconform.transport import is_loopback

Contracts = Mapping[str, list[Contract]]


def providers_left_out(
    providers: Sequence[Provider], contracts: Contracts, options: RunOptions, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return why some providers are not asked, by name; none of those that were named one by one.

    Raises MissingKey where none would be left, BadOption for a provider that was named and is gone.
    """
    if not (options.uses_network or options.plan):
        return {}
    told = {provider.name: _why(provider, contracts[provider.name], options, environ) for provider in providers}
    found = {name: why for name, why in told.items() if why is not None}
    named = [provider for provider in providers if provider.name in found and _is_named(provider, options)]
    for provider in named:
        if _is_gone(provider, options, environ):
            raise BadOption("--provider", provider.argument, f"--provider-url with it, for {provider.gone}")
    found = {name: why for name, why in found.items() if name not in {provider.name for provider in named}}
    if len(found) == len(providers):
        raise MissingKey(providers[0].name, providers[0].key_variable)
    return found


def _why(
    provider: Provider, contracts: Sequence[Contract], options: RunOptions, environ: Mapping[str, str]
) -> str | None:
    if _is_gone(provider, options, environ):
        return f"{provider.name} is not asked: {provider.gone}; --provider-url asks another service by its contract"
    if is_loopback(provider.base_url) and not _is_elsewhere(provider, options, environ):
        where = f"--provider-url with it, or {provider.base_url_variable}, says where"
        return f"{provider.name} is not asked: it runs where somebody started it; {where}"
    if not (options.plan or environ.get(provider.key_variable) or needs_no_key(contracts)):
        return f"{provider.name} is not asked: {provider.key_variable} is not set"
    return None


def _is_gone(provider: Provider, options: RunOptions, environ: Mapping[str, str]) -> bool:
    return provider.gone is not None and not _is_elsewhere(provider, options, environ)


def _is_elsewhere(provider: Provider, options: RunOptions, environ: Mapping[str, str]) -> bool:
    return options.provider_url is not None or bool(environ.get(provider.base_url_variable))


def _is_named(provider: Provider, options: RunOptions) -> bool:
    return "all" not in options.providers or provider.argument in options.providers
