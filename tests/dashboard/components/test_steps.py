import streamlit as st

from dashboard.components import steps as component


def test_only_a_neighbor_that_there_is_is_stepped_to(monkeypatch):
    sent, went = {}, []
    monkeypatch.setattr(component, "_component", lambda **said: sent.update(said))

    def stepped(at: int | None, step: object) -> list:
        went.clear()
        monkeypatch.setattr(st, "session_state", {"k": {"stepped": step}})
        component.steps(at, 3, key="k", on_step=went.append, on_back=lambda: went.append("back"))
        sent["on_stepped_change"]()
        return list(went)

    assert stepped(0, 1) == [1]
    assert stepped(2, -1) == [1]
    assert stepped(0, -1) == stepped(2, 1) == stepped(None, 1) == []
    assert stepped(1, 7) == stepped(1, "x") == stepped(1, None) == []
    assert stepped(1, "back") == ["back"]
