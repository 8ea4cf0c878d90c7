"""The words of a contract's files that code looks at; what may stand in them, formats/*.schema.json say."""

from __future__ import annotations

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

# Parameters that the body of a list may have as members.
LIST_ROLES = ("limit", "order", "after", "page", "offset", "status", "model", "id")

# What a list is gone through by, with the value of its first page where the document gives none (`default`).
FIRST_PAGES = {"page": 1, "offset": 0}

# Parameters of a list by which it holds only the tasks that have such a value.
FILTERS = ("status", "model", "id")

TIMES = ("created", "updated", "completed", "expires")

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
