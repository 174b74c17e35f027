import pytest

from pipeline.store.runs import Store


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")
