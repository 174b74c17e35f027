"""The picture of the structure: as committed, and refused where rooms stand in a circle."""

import importlib.util
from pathlib import Path

import grimp
import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "house.py"
spec = importlib.util.spec_from_file_location("house", SCRIPT)
assert spec is not None
assert spec.loader is not None
house = importlib.util.module_from_spec(spec)
spec.loader.exec_module(house)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*house.HOUSES, include_external_packages=True, cache_dir=None)


def test_the_committed_picture_shows_the_imports_of_now(graph: grimp.ImportGraph) -> None:
    committed = house.PICTURE.read_text(encoding="utf-8")
    assert committed == house.draw(graph), "docs/images/house.svg is out of date; run make house"


def test_rooms_do_not_import_each_other_in_a_circle(graph: grimp.ImportGraph) -> None:
    rooms = house.rooms_of(graph)
    floors = house.floors_of(set(rooms.values()), house.imports_of(graph, rooms))
    assert min(floors.values()) == 0


def test_a_circle_is_refused_by_name() -> None:
    toy = grimp.ImportGraph()
    toy.add_import(importer="pipeline.kitchen.stove", imported="pipeline.cellar.coal")
    toy.add_import(importer="pipeline.cellar.door", imported="pipeline.kitchen.floor")
    with pytest.raises(ValueError, match="circle") as refused:
        house.draw(toy)
    said = str(refused.value)
    assert "pipeline.kitchen imports pipeline.cellar" in said
    assert "as pipeline.kitchen.stove does pipeline.cellar.coal" in said
    assert "pipeline.cellar imports pipeline.kitchen" in said
    assert "as pipeline.cellar.door does pipeline.kitchen.floor" in said


def test_floors_follow_the_longest_way_down_and_arrows_leave_out_what_follows() -> None:
    imports = dict.fromkeys([("roof", "attic"), ("attic", "hall"), ("roof", "hall")], "")
    floors = house.floors_of({"roof", "attic", "hall"}, imports)
    assert floors == {"hall": 0, "attic": 1, "roof": 2}
    assert house.arrows_of(floors, imports) == [
        (("attic", 1), ("hall", 0)),
        (("roof", 2), ("attic", 1)),
    ]


def test_a_long_arrow_goes_down_a_shaft() -> None:
    floors = {"hall": 0, "attic": 1, "roof": 2}
    assert house.arrows_of(floors, {("roof", "hall"): ""}) == [
        (("hall", 1), ("hall", 0)),
        (("roof", 2), ("hall", 1)),
    ]
