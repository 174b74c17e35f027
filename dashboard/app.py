"""The dashboard: its pages, and what they have in common."""

import streamlit as st

from dashboard import APP, address, visitor
from dashboard.components.arrival import arrival
from dashboard.logo import logo, mark
from dashboard.widgets import frame, presenting, saying, sign_in, stage, view_list
from pipeline import access

PAGES = {  # by section: file, title, icon, what it is for
    "": (("tour", "Tour", "tour", "How a machine reads a digit, in a few steps."),),
    "Results": (
        ("overview", "Overview", "visibility", "What the model is, and how often it is right."),
        ("scorecard", "Scorecard", "verified", "How far its predictions can be trusted."),
        (
            "compare",
            "Compare",
            "leaderboard",
            "Which run is better, and whether that could be chance.",
        ),
    ),
    "Mistakes": (
        ("confusion_matrix", "Confusion matrix", "grid_on", "Which classes are taken for which."),
        ("mistakes", "Mistakes", "rule", "Every misclassified test image, most confident first."),
        ("labels", "Labels", "flag", "Which labels may be wrong, and how people marked them."),
    ),
    "Look inside": (
        ("data", "Data", "database", "What the network is trained and tested on."),
        (
            "scored",
            "Scored",
            "stacks",
            "What the network says of images without labels, however many.",
        ),
        ("inside", "Inside", "layers", "What every layer and neuron makes of one image, and why."),
        ("draw", "Draw", "draw", "Draw something and see what the network predicts."),
    ),
    "Improve": (
        ("train", "Train", "model_training", "Train another network and see if it is better."),
        ("corrections", "Corrections", "spellcheck", "Drawings that people gave the right class."),
    ),
}
HOME = "overview"
HIDDEN = {  # from the list of pages
    "feature_maps": "Inside",  # of an earlier version; its address leads on
    "glossary": "Glossary",  # beside every title
}
CHANGING = {"train", "corrections"}  # only registered for those who may

access.recognize(visitor.role)
st.set_page_config(page_title="Inkling", page_icon=mark(), layout="wide")
st.html(APP.parent / "style.css")
if address.presenting():
    st.html(APP.parent / "present.css")
else:
    st.logo(logo(frame.colors().text), icon_image=mark(), size="large")
sections = {
    section: [
        st.Page(
            APP.parent / "app_pages" / f"{name}.py",
            title=title,
            icon=f":material/{icon}:",
            help=purpose,
            default=name == HOME,
        )
        for name, title, icon, purpose in pages
        if name not in CHANGING or access.may(access.Change.TRAIN)
    ]
    for section, pages in PAGES.items()
}
sections["Look inside"] += [
    st.Page(APP.parent / "app_pages" / f"{name}.py", title=title, visibility="hidden")
    for name, title in HIDDEN.items()
]
page = st.navigation(
    {section: pages for section, pages in sections.items() if pages},
    position="hidden" if address.presenting() else "sidebar",
    expanded=True,  # more than twelve pages would hide the last ones
)
address.carry_over(page.url_path or HOME)


@frame.plainly
def show() -> None:
    """Show the requested page: to a room, or with the run picker and its like in the sidebar."""
    name = page.url_path or HOME
    titles = {shown.url_path or HOME: shown.title for pages in sections.values() for shown in pages}
    known = [shown for shown in titles if shown != "feature_maps"]
    saying.kept()
    frame.first_run()
    order = [shown for shown in known if shown not in CHANGING | HIDDEN.keys()]
    presenting.go(name, order, known)
    if address.presenting():
        if gone := presenting.missing(known):
            stage.heading(*gone)
            return
    else:
        frame.run_picker()
        view_list.buttons(name, titles)
        sign_in.buttons()
    frame.browser_title(page.title)
    arrival(page.title, dark=frame.is_dark(), reported=address.stay)
    page.run()


show()
