"""Sentences shared by the command line, the pages and exported pages; pure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

# The live pad fills these in, too (`web/src/words.js`).
RUNNER_UP = "then {other} ({rest})"
GUESS = "{best} ({share}), " + RUNNER_UP
OOD_REMARK = "Unlike most training images"
REMARKED = "{said}. {remark}."  # the answer comes first: the remark is no verdict

SEEN = "What the network sees"
LAYERS = "Layer by layer"
SEEN_AS = SEEN + "; it predicts {said}"  # for those who do not see it
SEEN_NOTHING = SEEN + ": nothing yet"
OUTPUT = "Output of layer {name}: {gives}"
STRONGEST = "{output}; number {place} is the strongest"
SILENT = "{output}; zero everywhere"
_ANSWERS = {
    "guess": GUESS,
    "runner_up": RUNNER_UP,
    "ood_remark": OOD_REMARK,
    "remarked": REMARKED,
    "bars": "Probability of each class",
    "seen": SEEN,
    "seen_as": SEEN_AS,
    "seen_nothing": SEEN_NOTHING,
    "strongest": STRONGEST,
    "silent": SILENT,
    "loading": "Loading the network…",
    "unable": "This browser cannot run the network ({fault}). {advice}",
    "layers": LAYERS,
}
# All that is said by the live pad, and by the exported page of a network that takes images.
PAD = _ANSWERS | {
    "label": "Drawing pad",
    "here": "Draw here",
    "blank": "Draw in the square; the prediction follows the pen.",
    "no_layers": "What every layer computes appears here as you draw.",
    "how": (
        "Draw with a mouse, pen or finger. With the keyboard: arrow keys move the pen, Space "
        "lowers or lifts it, Escape clears."
    ),
    "undo": "Undo",
    "clear": "Clear",
    "full": "The pad is full; undo or clear to continue.",
    "overlay_times_input": (
        "What the ink adds to the score of “{name}”: filled red raises it, outlined blue lowers it."
    ),
    "overlay_gradient": (
        "What more ink would do to the score of “{name}”: filled red raises it, outlined blue "
        "lowers it."
    ),
    "overlay_cam": (
        "Where layer {layer} found what speaks for “{name}”: the stronger the red, the more."
    ),
    "overlay_unable": "This browser cannot compute where the network looks ({fault}).",
}
# The same pad on the page Inside; see `web/src/easel.js`.
SKETCH = {
    "pad": PAD["label"],
    "draw_how": PAD["how"],
    "clear": PAD["clear"],
    "full": PAD["full"],
    "drawn": "The network follows the pen, down to the last sum.",
    "test_image": "{about}. Draw over it.",
    "nothing": PAD["here"],
    "other_image": "",
}
TRY_IMAGE = _ANSWERS | {
    "label": "Try an image",
    "choose": "Choose an image",
    "drop": "or drop or paste one here",
    "blank": "The prediction appears here.",
    "no_layers": "What every layer computes appears here.",
    "how": "Any image, in its own colors. It is resized to {width}×{height} pixels.",
    "unreadable": "{name} is not an image that this browser can read. Use PNG or JPEG.",
}
MATRIX = {
    "title": "Confusion matrix",
    "caption": (
        "Rows: true class; columns: predicted class. The diagonal counts correct predictions."
    ),
    "cell": "true “{true}”, predicted “{predicted}”: {count}",
}

LONGEST_NAME = 40  # letters: what fits on a phone's screen
NAME_END = 28  # of those, kept at the end, where a run's network, accuracy and id are


def shorten(name: str, longest: int = LONGEST_NAME) -> str:
    """Leave out the middle of a name of more letters: both ends tell names apart.

    Most of a run's name is kept at its end, where network, accuracy and id are; of other, shorter
    ones as much at both ends.
    """
    if len(name) <= longest:
        return name
    end = NAME_END if longest == LONGEST_NAME else longest // 2
    return f"{name[: longest - end - 1]}…{name[-end:]}"


def percent(share: float) -> str:
    """Write a share as a percentage with the digits that are significant: "98.5%", "99.95%"."""
    if share == 1:
        return "100%"
    digits = 1 if share < 0.99 else 2
    text = f"{100 * share:.{digits}f}"
    # 99.999% must not look like perfection, nor 0.04% like zero.
    if float(text) == 100:
        text = "99.99"
    if 0 < share < 0.0005:
        return "under 0.1%"
    return f"{text}%"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun: "1 image", "1,400 images", "2 classes"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def joined(names: Sequence[str]) -> str:
    """Write some names, at least one, as a sentence does: "pixels, shallow and cnn"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def devices(hardware: Mapping[str, Any]) -> str:
    """Name what a network was trained on, such as "CPU", "CPU × 4" or "GPU A, GPU B"."""
    named = [str(one) for one in hardware.get("devices", ["CPU"])]
    if len(named) > 1 and len(set(named)) == 1:
        return f"{named[0]} × {len(named)}"
    return ", ".join(named)


def duration(seconds: float) -> str:
    """Write a time roughly: "8 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def verdict(correct: int, total: int, mark: str = "", *, seen: bool | None = False) -> str:
    """Say how often a classifier is right.

    Args:
        correct, total: test images.
        mark: placed around the two numbers, such as Markdown's "**".
        seen: whether it saw these images in training; None where that is not known.
    """
    which = {
        False: "test images it had never seen",
        True: "images it saw in training",
        None: "test images",
    }[seen]
    return f"Right on {mark}{correct:,} of {total:,}{mark} {which} ({percent(correct / total)})"


def interval(low: float, high: float) -> str:
    """Write a confidence interval of a share: "99.45% to 99.71%"."""
    return f"{percent(low)} to {percent(high)}"


def guess(
    class_names: Sequence[str],
    probabilities: "Sequence[float] | np.ndarray",
    *,
    is_ood: bool = False,
) -> str:
    """Describe a prediction and its runner-up: "7 (99.1%), then 1 (0.5%)".

    Args:
        class_names: one name per class, at least two.
        probabilities: float (classes,).
        is_ood: whether the image is out of distribution; if so, a remark follows.
    """
    # Of equal probabilities the first class wins, as in `argmax`.
    first, second, *_ = sorted(range(len(class_names)), key=lambda label: -probabilities[label])
    said = GUESS.format(
        best=class_names[first],
        share=percent(float(probabilities[first])),
        other=class_names[second],
        rest=percent(float(probabilities[second])),
    )
    return REMARKED.format(said=said, remark=OOD_REMARK) if is_ood else said


def trained_on_these(tested: str, trained: str) -> str:
    """Say that a run has seen the test images of a dataset in training; both by name."""
    return (
        f"The test images of “{tested}” are training images of “{trained}”, so this run has seen "
        "them in training: its accuracy on them says nothing about new images."
    )


def contradicted(count: int, total: int) -> str:
    """Say how many corrections an independent network contradicts; "" if none."""
    if not count:
        return ""
    if total == 1:
        return "Your correction contradicts an independent network strongly: look again."
    contradict = "contradicts" if count == 1 else "contradict"
    return (
        f"{count:,} of {total:,} corrections {contradict} an independent network strongly: "
        "look again."
    )


def audited(doubted: int, total: int, networks: int) -> str:
    """Say how many labels of an audit are probably wrong.

    Args:
        doubted: how many.
        total: of how many.
        networks: how many there were.
    """
    look = "looks" if doubted == 1 else "look"
    return (
        f"{doubted:,} of {counted(total, 'label')} {look} wrong to networks that did not learn "
        f"from them: each of {networks} was asked about the images that it had not seen."
    )


def corrections(by_class: Mapping[str, int]) -> str:
    """Say how many corrections there are: "12 corrections: 3 × “4”, 9 × “9”"."""
    listed = ", ".join(f"{count:,} × “{name}”" for name, count in by_class.items())
    return f"{counted(sum(by_class.values()), 'correction')}: {listed}"


def learned(total: int, before: int, after: int, learned_before: int = 0) -> str:
    """Say how many corrections a network reads right that it was not taught.

    Args:
        total: how many were held back.
        before, after: how many of them it read right before it was taught, and reads right now.
        learned_before: how many more were held back, but may have been learned earlier.
    """
    if learned_before:
        they = "the one drawing" if learned_before == 1 else f"the {learned_before:,} drawings"
        return (
            f"It may have learned {they} held back in an earlier training, which held nothing "
            "back, so nothing shows yet what it learned."
        )
    if not total:
        return "No drawing was held back, so nothing shows yet what it learned."
    drawings = f"{total:,} {'drawing' if total == 1 else 'drawings'} it had not seen before"
    if before == 0 and after:
        return f"Learned {after:,} of {drawings}."
    if after == before:
        return (
            f"Right on {f'{after:,}' if after else 'none'} of {drawings}, as before it was taught."
        )
    return (
        f"Right on {after:,} of {drawings}, {'up' if after > before else 'down'} from {before:,}."
    )


def kept(fixed: int, broken: int, images: int, *, worse: bool, better: bool) -> str:
    """Say what became of the test images, and whether that is a sign of forgetting.

    Args:
        fixed, broken: how many are read right only after, or only before, the network was taught.
        images: how many there are.
        worse, better: whether it is, by more than chance explains.
    """
    if fixed == broken == 0:
        return f"It is right on exactly the same of {images:,} test images: nothing is forgotten."
    wrong, right = (f"{count:,}" if count else "none" for count in (broken, fixed))
    said = f"{wrong.capitalize()} of {images:,} test images newly wrong, {right} newly right"
    if worse:
        return f"{said}: it has forgotten something, and chance does not explain it."
    if better:
        return f"{said}: better here, too, and chance does not explain it."
    return f"{said}: no sign of forgetting."


def corruption(name: str) -> str:
    """Name a corruption for people: "shot noise", not "shot_noise"."""
    return name.replace("_", " ")
