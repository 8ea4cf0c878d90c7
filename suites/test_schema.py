"""What the JSON Schemas of the contracts say of every body: types, members, vocabularies, conditions."""


def test_the_schema_is_kept(schema_node: object) -> None:
    """Stand for every annotated node of a contract's schemas; the verdict is read from the validator's output."""
