"""What a click in a dialog says in passing is not lost; tests/browser looks at the toasts."""

import ast
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import APP

WITH_DIALOG = [
    path for path in sorted(APP.parent.rglob("*.py")) if "st.dialog(" in path.read_text("utf-8")
]


def called(function: ast.AST) -> Iterator[str]:
    """Name what is called in a function, as it is written there."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", WITH_DIALOG, ids=lambda path: path.stem)
def test_no_callback_beside_a_dialog_makes_a_toast_itself(path):
    tree = ast.parse(path.read_text("utf-8"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    wanted = {
        ast.unparse(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if (keyword.arg or "").startswith("on_")
    } & functions.keys()
    assert wanted
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        calls = {*called(functions[name])}
        assert "st.toast" not in calls, f"{name} says something that nobody would see"
        wanted |= (calls & functions.keys()) - seen


def page() -> None:
    import streamlit as st

    from dashboard.widgets import saying

    saying.kept()
    st.button("Say it", on_click=saying.later, args=("*Done*.",))


def test_what_is_said_later_is_said_once():
    at = AppTest.from_function(page).run()
    assert not at.toast
    at.button[0].click().run()
    assert [toast.value for toast in at.toast] == ["*Done*."]
    assert not at.run().toast
