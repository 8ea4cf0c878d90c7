"""The words that a contract's schema files may use: JSON Schema's own, ours, and the roles of fields."""

from __future__ import annotations

KEYS = ("x-requirement", "x-hedged", "x-role", "x-unit", "x-id-space", "x-ordered", "x-nullable", "x-when",
        "x-any-case", "x-sum")  # fmt: skip

# What a field can be for; laws know fields by these words alone.
ROLES = (
    "id", "task-id", "object", "model", "status", "progress", "created", "completed", "updated", "expires", "result",
    "error", "prompt", "seconds", "size", "source",
    "detail-id", "detail-status", "input-model", "input-prompt",
    "pending-id", "pending-created", "pending-prompt", "pending-progress", "moderation-task",
    "polling-url", "models", "tasks", "has-more", "total", "first-id", "last-id", "next-cursor",
    "deleted", "error-code",
    "error-message", "status-code",
)  # fmt: skip

# Gateways tell a result, and an error, in one place or another: of these the first that holds something counts.
IN_SEVERAL_PLACES = ("result", "error-code", "error-message")

# OpenAPI 3.1, section 4.8.9 (Path Item Object).
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Headers that are none of a document's to say: OpenAPI ignores them (3.1, section 4.8.12.2.1).
IGNORED_HEADERS = ("accept", "content-type", "authorization")
# What an operation can be for; probes know operations by these words alone.
OPERATION_ROLES = ("create", "retrieve", "second-retrieve", "remix", "content", "list", "delete", "cancel", "models")

# What makes a task, and is paid for.
CREATING_ROLES = ("create", "remix")
# What is not about one task has no task's id.
WITHOUT_ID = ("create", "list", "models")

# What a parameter can be for.
PARAMETER_ROLES = ("id", "limit", "order", "after", "page", "variant", "status", "model", "polling-url")

# Those that the body of a list may have in their place.
LIST_ROLES = ("limit", "order", "after", "page", "status", "model", "id")

# Parameters of a list by which it holds only the tasks that have such a value.
FILTERS = ("status", "model", "id")

# Our keys in an openapi.yaml, by what they stand at.
OPENAPI_KEYS = {
    "operation": ("x-role", "x-refusals", "x-lag", "x-ends-within", "x-pace", "x-also"),
    "parameter": ("x-role",),
    "media": ("x-sample",),
}

TIMES = ("created", "updated", "completed", "expires")
UNITS = ("seconds", "milliseconds", "either", "rfc3339", "fraction", "percent")

# JSON Schema 2020-12. `format` is left out: it asserts nothing unless asked to, which would look like a check.
ASSERTIONS = (
    "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
    "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties",
    "minProperties", "required", "dependentRequired", "x-id-space", "x-sum",
    # A text that holds no JSON fails it.
    "contentSchema",
)  # fmt: skip

# Their subschemas may fail while all is well.
CHOICES = ("not", "anyOf", "oneOf", "contains")
BRANCHES = ("if", *CHOICES)

APPLICATORS = (
    *BRANCHES, "then", "else", "allOf", "properties", "patternProperties", "additionalProperties", "propertyNames",
    "dependentSchemas", "items", "prefixItems", "$ref", "$defs",
)  # fmt: skip

NOTES = ("$schema", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
         "contentMediaType", "contentEncoding")  # fmt: skip
