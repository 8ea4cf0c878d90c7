"""Makes a checkout work without installing it: `pytest --provider=NAME` needs the dependencies alone.

`pythonpath` in pyproject.toml puts src/ in place before this file is read. The wheel has no such file: suites rely on
none of it.
"""

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the plugin, unless its entry point, of this very name, was seen.

    Not by `pytest_plugins`: in a run of another folder that comes upon the suites here, pytest would refuse it.
    """
    pluginmanager.import_plugin("vidconform.plugin")
