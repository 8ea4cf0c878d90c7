"""Who is judged: the providers that were named, at the version that was said, or at each that is recorded."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from vidconform.contracts import Provider, all_providers, find_provider, provider_names
from vidconform.errors import BadOption
from vidconform.run.options import RunOptions
from vidconform.store import recorded_versions

# Options with a number that change what is asked, or how often.
_CHANGING = ("max_creations", "poll_interval", "poll_timeout", "fuzz", "fuzz_seed")


def chosen_providers(options: RunOptions) -> list[Provider]:
    """Return the providers of a run; raises UsageProblem."""
    found = [find_provider(name) for name in provider_names(options.providers, all_providers)]
    for subject in options.subjects:
        found = _labelled(found, subject)
    if options.uses_network or options.plan or options.evidence:
        return found
    return [subject for provider in found for subject in _recorded(provider)]


def _labelled(providers: Sequence[Provider], subject: str) -> list[Provider]:
    """Return some providers, one of them as a subject: the one of its name, or else the only one."""
    stem = subject.partition("@")[0]
    meant = [provider for provider in providers if provider.stem == stem] or providers
    if len(meant) != 1:
        expected = f"the name of a provider of the run, {_names(providers)}, or one --provider that it is to be held to"
        raise BadOption("--subject", subject, expected)
    if meant[0].version is not None:
        raise BadOption("--subject", subject, f"one version of each provider; {meant[0].name} is judged already")
    return [provider.serving_as(subject) if provider is meant[0] else provider for provider in providers]


def _names(providers: Iterable[Provider]) -> str:
    return ", ".join(provider.name for provider in providers)


def _recorded(provider: Provider) -> list[Provider]:
    """Return a provider as what is recorded of it: itself, or each version that there are cassettes of."""
    versions = [] if provider.version is not None else recorded_versions(provider)
    return [provider.serving_as(f"{provider.name}@{version}") if version else provider for version in versions or [""]]


def recording_command(provider: Provider, options: RunOptions, address: str) -> str:
    """Return the command that records a provider as a run does, with what changes the requests."""
    is_named = provider.argument.endswith(f"@{provider.version}") or provider.version is None
    words = [f"--provider={provider.argument}", *([] if is_named else [f"--subject={provider.name}"])]
    words += (
        ["--record-mode=rewrite", f"--provider-url={address}"]
        if address != provider.base_url
        else ["--record-mode=rewrite"]
    )
    values = {name: getattr(options, name) for name in _CHANGING}
    usual = RunOptions()
    chosen = {name: value for name, value in values.items() if value != getattr(usual, name)}
    words += [f"--{name.replace('_', '-')}={value:g}" for name, value in chosen.items()]
    words += ["--sdk"] if options.sdk else []
    return shlex.join(["pytest", *words])
