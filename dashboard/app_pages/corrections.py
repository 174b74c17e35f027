"""Every drawing that people corrected: look again, undo, or train with them."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import correction_list, frame, proof, relabeled, stage, teaching
from dashboard.words import corrections as correction_words
from dashboard.words import trust as trust_words
from pipeline.store.corrections import CORRECTIONS

found = loaders.corrections()
kept = found.standing
frame.heading("Corrections", correction_words.so_far(kept), "class", "training")
stage.alone(lambda: correction_list.on_stage(kept))
run = loaders.run(address.chosen_run())
if run:
    proof.show(run)
    teaching.panel(run)
marked = relabeled.of(run)
left, right = st.columns([3, 2], gap="large")
picked, image = None, None
with left:
    if marked and run:
        image = relabeled.pictures(run, marked, first=not kept)
    if kept:
        against = loaders.contradictions()
        listed = correction_list.shown(kept, against)
        picked = correction_list.pictures(listed, against, first=image is None)
        with st.container(horizontal=True, vertical_alignment="center"):
            correction_list.undo_all(listed)
            st.page_link(frame.TRAIN_PAGE, label="Train", icon=":material/model_training:")
with right:
    if image is not None and run:
        relabeled.detail(run, image, marked[image])
    elif picked is not None:
        correction_list.detail(picked, against.get(picked.id))
if not kept:
    st.page_link("app_pages/draw.py", label="Draw something", icon=":material/draw:")
st.caption(
    f"Corrections are kept in `{loaders.store().where}/{CORRECTIONS}`, beside the runs. "
    + trust_words.unreadable(found.damaged)
)
