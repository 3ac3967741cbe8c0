"""The invented audit that the tests of this room share."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """`sample.py` beside this file, loaded once."""
    name = "lawkeep_documents_sample"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("sample.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
