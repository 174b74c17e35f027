from dashboard.components.fabric import Path, paths_of


def test_a_drawing_is_read_as_paths():
    drawn = {
        "objects": [
            {
                "type": "Path",
                "path": [["M", 1, 2], ["Q", 9, 9, 3, 4], ["L", 5, 6], ["Z"]],
                "stroke": "#ffffff",
                "strokeWidth": 7,
            },
            {"type": "Rect", "left": 1},
        ]
    }
    assert paths_of(drawn) == [Path([[1, 2], [3, 4], [5, 6]], "#ffffff", 7)]
    assert paths_of(None) == paths_of({"objects": []}) == []
