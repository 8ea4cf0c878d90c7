"""Lists: they hold the task that was made, and keep the limit, the order and the page that were asked for."""

from __future__ import annotations

from vidconform.laws import Listing, Models, altered, describe_ids, expect, require_observed, requires


@requires("list-contains-the-task")
def test_a_list_holds_the_task(listing: Listing) -> None:
    whole = [view for view in listing.pages("list", "list-desc") if view.asked and not listing.may_be_further_on(view)]
    for view in require_observed(whole, "a list after a task that this run knows, of which no page is left"):
        expect(listing.holds(view, view.asked), f"{view.asked} in the list", describe_ids(listing.ids(view)), view)


test_a_list_holds_the_task.broken_by(altered(tasks=[]))


@requires("list-honours-limit")
def test_a_list_is_as_long_as_its_limit(listing: Listing) -> None:
    first = listing.pages("list-first", "list-next") if listing.has_a_page_size else []
    # A list of one task is as long with a limit as without.
    seen = [*first, *listing.pages("list")]
    are_more = len({id for view in seen for id in listing.ids(view)}) > 1 or any(listing.size(v) > 1 for v in seen)
    for view in require_observed(first if are_more else [], "a list that is asked for one task, of two or more"):
        expect(listing.size(view) <= 1, "one task, the limit that was asked for", f"{listing.size(view)} tasks", view)


@test_a_list_is_as_long_as_its_limit.broken_by
def _(listing: Listing) -> None:
    tasks = listing.pages("list")[0].raw("tasks")
    listing.all[:] = [view.altered(tasks=[*tasks, *tasks]) for view in listing.all]


@requires("list-honours-order")
def test_a_list_has_the_order_that_is_asked_for(listing: Listing) -> None:
    ordered = [(view, listing.times(view)) for view in listing.pages("list-asc", "list-desc")]
    told = [(view, times) for view, times in ordered if len(set(times)) > 1]
    require_observed([view for view, _ in told], "an ordered list of two tasks that were made at different times")
    for view, times in told:
        is_newest_first = view.exchange.step == "list-desc"
        words = "the newest task first" if is_newest_first else "the oldest task first"
        expect(times == sorted(times, reverse=is_newest_first), words, f"the times {times[:10]}", view)


@test_a_list_has_the_order_that_is_asked_for.broken_by
def _(listing: Listing) -> None:
    listing.all[:] = [view.altered(tasks=view.raw("tasks")[::-1]) for view in listing.all]


@requires("list-honours-filter")
def test_a_list_holds_what_it_is_asked_for_by_a_value(listing: Listing) -> None:
    asked = listing.filtered()
    told = [one for one in asked if listing.values(one[0], one[1]) or listing.must_hold(*one)]
    require_observed([view for view, _, _ in told], "a list asked for by a documented value that holds a task")
    for view, role, wanted in told:
        others = listing.others(view, role, wanted)
        expect(not others, f"only tasks whose {role} is {wanted}", f"others whose {role} is {others[:3]}", view)
        if listing.must_hold(view, role, wanted):
            expect(
                listing.holds(view, view.asked),
                f"{view.asked}, whose {role} is {wanted}",
                describe_ids(listing.ids(view)),
                view,
            )


@test_a_list_holds_what_it_is_asked_for_by_a_value.broken_by
def _(listing: Listing) -> None:
    tasks = listing.pages("list")[0].raw("tasks")
    listing.all[:] = [view.altered(tasks=tasks) for view in listing.all]


@test_a_list_holds_what_it_is_asked_for_by_a_value.broken_by
def _(listing: Listing) -> None:
    lists = listing.filtered()
    view, role, wanted = next(one for one in lists if one[0].asked not in listing.ids(one[0]))
    listing.ended[view.asked] = {role: wanted}


@requires("documented-models-are-listed")
def test_the_list_of_models_holds_the_documented_ones(models: Models) -> None:
    listed = models.listed
    seen = models.all if models.documented and listed is not None else []
    for view in require_observed(seen, "a list of models, and an enum of the models that a creation may name"):
        lacking = [model for model in models.documented if model not in (listed or [])]
        expect(not lacking, f"the documented models, {', '.join(lacking)} among them", describe_ids(listed or []), view)


test_the_list_of_models_holds_the_documented_ones.broken_by(altered(models=[]))


@requires("list-honours-cursor")
def test_the_next_page_goes_on_where_the_first_one_ended(listing: Listing) -> None:
    first = [view for view in listing.pages("list-first") or listing.pages("list")[:1] if listing.ids(view)]
    for view in require_observed(listing.pages("list-next") if first else [], "the page after a task"):
        again = set(listing.ids(view)) & set(listing.ids(first[0])[:1])
        expect(not again, "none of the tasks of the page before", describe_ids(listing.ids(view)), view)
        second = listing.after_the_first(first[0])
        is_next = second is None or second in listing.ids(view)[:1]
        expect(is_next, f"{second}, which a list without pages has there", describe_ids(listing.ids(view)), view)


@test_the_next_page_goes_on_where_the_first_one_ended.broken_by
def _(listing: Listing) -> None:
    tasks = listing.pages("list-first")[0].raw("tasks")
    listing.all[:] = [view.altered(tasks=tasks) for view in listing.all]


@test_the_next_page_goes_on_where_the_first_one_ended.broken_by
def _(listing: Listing) -> None:
    tasks = listing.pages("list")[0].raw("tasks")
    listing.all[:] = [v.altered(tasks=tasks[2:]) if v.exchange.step == "list-next" else v for v in listing.all]


@requires("list-tells-has-more")
def test_a_list_tells_whether_there_is_more(listing: Listing) -> None:
    pairs = zip(listing.pages("list-first"), listing.pages("list-next"), strict=False)
    # A first page that is too long breaks another law, and what follows its first task is no next page.
    pages = [(first, after) for first, after in pairs if listing.size(first) <= 1]
    told = [(first, after) for first, after in pages if isinstance(first.raw("has-more"), bool)]
    require_observed([first for first, _ in told], "a first page that tells whether there is more, and the next one")
    for first, after in told:
        is_more = listing.size(after) > 0
        expect(first.raw("has-more") == is_more, repr(is_more), first.raw("has-more"), first, "has-more")


@test_a_list_tells_whether_there_is_more.broken_by
def _(listing: Listing) -> None:
    listing.all[:] = [view.altered(has_more=not view.raw("has-more")) for view in listing.all]


@requires("list-ends-are-named")
def test_a_list_names_its_first_and_its_last_task(listing: Listing) -> None:
    told = [(view, role) for view in listing.pages() for role in ("first-id", "last-id") if listing.ids(view)]
    told = [(view, role) for view, role in told if view.has(role)]
    require_observed([view for view, _ in told], "a list of tasks that names its first or its last one")
    for view, role in told:
        end = listing.ids(view)[0 if role == "first-id" else -1]
        expect(view.raw(role) == end, repr(end), view.raw(role), view, role)


test_a_list_names_its_first_and_its_last_task.broken_by(altered(first_id="another"))
