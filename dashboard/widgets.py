"""Pieces that several pages share."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from dashboard import figures, images, loaders, state, words
from dashboard.components.gallery import Tile, gallery
from dashboard.components.pictures import Picture, pictures
from dashboard.palette import Palette, palette
from pipeline import jobs
from pipeline.datasets import Dataset, DatasetMissing
from pipeline.errors import InklingError
from pipeline.inference import LayerInfo
from pipeline.jobs import Fetch, Job
from pipeline.runs import Damaged, Run

MOST_TILES = 200
GALLERY_HEIGHT = 640  # CSS pixels
SHARPNESS = 4  # a mosaic is sent this much larger, so that its pixels come out even
CELL = 24  # CSS pixels of a unit in a short layer
TRAIN_PAGE = "app_pages/train.py"


def is_dark() -> bool:
    """Whether the viewer sees the page dark."""
    return st.context.theme.type == "dark"


def colours() -> Palette:
    """Return the palette of the viewer's mode."""
    return palette(is_dark())


def run_picker() -> None:
    """Let people choose a run, in the sidebar of every page."""
    entries = {entry.id: entry for entry in loaders.entries()}
    if not entries:
        return
    current = state.chosen_run()
    if current not in entries:
        if current is not None:
            st.toast(f"There is no run “{current[:60]}” here; this is the newest one.")
        current = next((id for id, e in entries.items() if isinstance(e, Run)), next(iter(entries)))
        state.change(run=current)

    def label(run_id: str) -> str:
        entry = entries[run_id]
        return words.run_label(entry) if isinstance(entry, Run) else f"damaged · {run_id}"

    key = "run_picker"
    st.session_state[key] = current
    st.sidebar.selectbox(
        "Run",
        list(entries),
        format_func=label,
        key=key,
        on_change=lambda: state.change(run=st.session_state[key]),
        help="A trained model with its results, newest first.",
    )
    if isinstance(shown := entries[current], Run):
        st.sidebar.caption(f"Trained {shown.info.created:%d %B %Y, %H:%M} UTC")


def current_run() -> Run:
    """Return the chosen run; where there is none to show, say what to do and end the page."""
    chosen = state.chosen_run()
    entry = next((entry for entry in loaders.entries() if entry.id == chosen), None)
    if isinstance(entry, Run):
        return entry
    if isinstance(entry, Damaged):
        st.title("This run cannot be shown")
        st.error(entry.reason, icon=":material/broken_image:")
        st.write("Other runs are in the list on the left.")
    else:
        st.title("Nothing is trained yet")
        st.write(
            f"The store `{loaders.store().folder}` holds no run. Train a first network: on the "
            "built-in digits it takes well under a minute."
        )
        if jobs.read_only():
            st.info("This dashboard is read-only; train with `inkling train` on the command line.")
        else:
            st.page_link(TRAIN_PAGE, label="Train a network", icon=":material/model_training:")
        st.code("inkling train", language="bash")
    st.stop()


def heading(title: str, sentence: str) -> None:
    """Open a page: its name, and one sentence that says the answer."""
    st.title(words.plain(title))
    st.markdown(f"##### {sentence}")


def selection(run: Run) -> state.Selection:
    """Read the selection within a run, saying what of a link did not fit."""
    chosen = state.selection(run.class_names, run.info.metrics.total)
    for sentence in chosen.dropped:
        st.toast(sentence, icon=":material/link_off:")
    return chosen


def chart(figure: Figure, alt: str, key: str, finding: str = "") -> None:
    """Show a figure that is only looked at, under what it finds."""
    if finding:
        st.markdown(f"**{words.plain(finding)}**")
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


def class_filter(run: Run, part: str, label: str, value: int | None) -> None:
    """Let people choose a class, or any; the choice goes to the address."""
    key = f"{part}_filter"
    st.session_state[key] = None if value is None else run.class_names[value]
    st.selectbox(
        label,
        run.class_names,
        index=None,
        placeholder="any",
        key=key,
        on_change=lambda: state.change(**{part: st.session_state[key]}),
    )


def images_of(run: Run) -> Dataset | None:
    """Open a run's images; where they are missing, say so and offer to get them."""
    try:
        return loaders.dataset(run)
    except DatasetMissing as missing:
        st.warning(
            f"{missing} The numbers on this page are right without them; only the pictures are "
            "missing.",
            icon=":material/image_not_supported:",
        )
        if not jobs.read_only():
            _offer_to_fetch(run)
        return None


def image_gallery(
    run: Run,
    dataset: Dataset | None,
    rows: pd.DataFrame,
    key: str,
    label: str,
    on_pick: Callable[[int], None],
    chosen: int | None = None,
) -> None:
    """Show test images with true → predicted and confidence, at most 200 at once.

    Where the images are not on this machine, a table says the same.
    """
    names, dark = run.class_names, is_dark()
    shown = rows.head(MOST_TILES)
    if dataset is None:
        table = shown[["index", "label", "predicted", "confidence"]]
        named = {part: table[part].map(lambda k: names[k]) for part in ("label", "predicted")}
        st.dataframe(table.assign(**named), hide_index=True, key=f"{key}_table")
        return
    tiles = []
    columns = (shown[name].tolist() for name in ("index", "label", "predicted", "confidence"))
    for sample, truth, guess, confidence in zip(*columns, strict=True):
        true, predicted, sure = names[truth], names[guess], words.percent(confidence)
        picture = images.for_screen(dataset.x_test[sample], ink=dataset.ink, dark=dark)
        tiles.append(
            Tile(
                id=sample,
                source=images.data_uri(picture),
                caption=f"{true} → {predicted}",
                detail=sure,
                hint=f"test image {sample}: true {true}, predicted {predicted}, {sure} sure",
            )
        )
    # A long gallery scrolls by itself, so that what stands beside it stays in view.
    with st.container(height=GALLERY_HEIGHT if len(tiles) > 30 else "content", border=False):
        gallery(tiles, label=label, key=key, on_pick=on_pick, chosen=chosen)
    if len(rows) > len(shown):
        st.caption(f"The first {len(shown):,} of {len(rows):,}.")


def open_feature_maps(sample: int) -> None:
    """Go to the feature maps of a test image; for callbacks and buttons alike."""
    state.change(sample=sample)
    st.switch_page("app_pages/feature_maps.py", query_params=state.address())


def picture(image: np.ndarray, *, ink: bool, width: int, alt: str, key: str) -> None:
    """Show one image large, with crisp pixels."""
    source = images.data_uri(images.for_screen(image, ink=ink, dark=is_dark()))
    pictures([Picture(source, alt, width)], key=key)


def probabilities(
    values: Sequence[float] | np.ndarray, run: Run, key: str, true: int | None = None
) -> None:
    """Show the probability of each class as bars."""
    figure = figures.probability_bars(values, run.class_names, colours(), true=true)
    best = int(np.argmax(values))
    alt = f"Probability of each class; the largest is {run.class_names[best]}"
    chart(figure, f"{alt}, {words.percent(float(values[best]))}.", key)


def feature_maps(run: Run, image: np.ndarray, key: str) -> None:
    """Show what every layer makes of an image, first to last."""
    stronger, nothing = ("brighter", "dark") if is_dark() else ("darker", "blank")
    st.caption(
        f"The {stronger}, the stronger a unit answers; {nothing} is zero or below. "
        "One scale a layer."
    )
    activations = loaders.graph(run).activations(image)
    shown = [layer_picture(*pair) for pair in zip(run.info.layers, activations, strict=True)]
    pictures(shown, key=key)


def layer_picture(layer: LayerInfo, activation: np.ndarray) -> Picture:
    """Lay out what one layer answers."""
    columns = _mosaic_columns(activation.shape)
    mosaic = images.feature_mosaic(activation, colours(), columns)
    gives = words.layer_shape(layer.shape)
    what = words.LAYER_WORDS.get(layer.kind, "transforms what it gets")
    short = activation.ndim == 1 and len(activation) == columns
    return Picture(
        source=images.data_uri(mosaic, SHARPNESS),
        alt=f"Output of layer {layer.name}: {gives}.",
        width=CELL * columns if short else None,
        name=layer.name,
        detail=f"· {gives} · {what}",
    )


def watch(job: Job) -> None:
    """Show how a job goes, once a second, without holding up the page."""

    @st.fragment(run_every=1)
    def panel() -> None:
        status = job.status()
        if status.ended:
            st.rerun()
        progress, so_far = status.progress, status.history
        share = progress.done / progress.total if progress.total else 0.0
        st.progress(min(share, 1.0), text=f"{progress.stage}: {progress.note or '…'}")
        if st.button("Stop", icon=":material/stop:", key=f"stop_{job.id}"):
            job.stop()
            st.toast("Stopping after this step…")
        if so_far:
            finding = (
                f"After epoch {len(so_far)}, {words.percent(so_far[-1])} of the "
                f"validation images are right; the best was {words.percent(max(so_far))}"
            )
            figure = figures.accuracy_so_far(so_far, colours())
            chart(figure, f"Validation accuracy by epoch. {finding}.", "so_far", finding)

    panel()


def _mosaic_columns(shape: tuple[int, ...]) -> int:
    """Return how many maps, or units, go side by side."""
    if len(shape) == 1:
        return shape[0] if shape[0] <= 24 else 64
    return 8 if shape[-1] <= 16 else 16


def _offer_to_fetch(run: Run) -> None:
    key = f"fetch_{run.info.dataset.fingerprint}"
    if st.button("Get the images", icon=":material/download:", key=f"button_{key}"):
        try:
            started = jobs.start(Fetch(run.info.config.dataset), loaders.store())
            st.session_state[key] = started.id
        except InklingError as error:
            st.error(str(error))
    job_id = st.session_state.get(key)
    job = jobs.find_job(loaders.store(), job_id) if job_id else None
    if job is None:
        return
    status = job.status()
    if not status.ended:
        watch(job)
    elif status.state == "failed":
        st.error(status.message)
    elif status.state == "finished":
        st.session_state.pop(key)
        st.rerun()
