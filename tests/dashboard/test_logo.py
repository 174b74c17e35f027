from xml.etree import ElementTree

from dashboard.logo import logo, mark


def test_the_name_is_written_in_the_ink_of_the_page():
    drawn = ElementTree.fromstring(logo("#e9e6df"))
    assert any(node.get("stroke") == "#e9e6df" for node in drawn)
    assert "currentColor" not in logo("#e9e6df")


def test_the_mark_alone_is_square():
    _, _, width, height = ElementTree.fromstring(mark()).get("viewBox").split()
    assert width == height
