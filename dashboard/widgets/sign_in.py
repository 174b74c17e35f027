"""Who is signed in, in the sidebar, and the buttons to sign in and out."""

import streamlit as st

from dashboard import visitor
from dashboard.words import text
from pipeline.access import Role

MAY = {
    Role.VIEWER: "may look at everything",
    Role.TRAINER: "may also mark, correct and train",
    Role.OWNER: "may change everything",
}


def buttons() -> None:
    """Say who is signed in and what they may do, where people can sign in."""
    if not visitor.has_sign_in():
        return
    with st.sidebar.container(horizontal=True, vertical_alignment="center", key="sign_in"):
        if visitor.signed_in():
            role = visitor.role()
            named = text.plain(text.shorten(visitor.name() or "You", 40))
            st.caption(f"{named}, {role.name.lower()}", help=f"You {MAY[role]}.", width="stretch")
            st.button("Sign out", type="tertiary", key="sign_out", on_click=st.logout)
            return
        for provider in visitor.providers():
            st.button(
                f"Sign in with {provider}" if provider else "Sign in",
                icon=":material/login:",
                key=f"sign_in_{provider}",
                help="You can look at everything without; who signs in may be allowed more.",
                on_click=st.login,
                args=(provider,) if provider else (),
            )
