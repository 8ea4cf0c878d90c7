"""Conformance and contract tests for video-task APIs in the style of OpenAI's Videos API."""

__version__ = "0.1.0"
