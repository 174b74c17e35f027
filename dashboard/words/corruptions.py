"""How well a run withstands corruptions, in sentences; pure.

Names of runs are inserted unescaped: callers that show a sentence as Markdown escape them first.
"""

from collections.abc import Sequence

from dashboard.words.text import images, percent
from pipeline.analysis.corruption_sheet import CorruptionSheet, Share, Turned, UnderCorruption
from pipeline.words import corruption, interval

WHAT = (
    "The same test images again, made worse: each picture shows what a **corruption** does to one "
    "of them, and how many the network still gets right. The worst come first; a click shows what "
    "it misreads."
)
WHAT_WITHOUT_IMAGES = (
    "The same test images again, made worse, and how many the network still gets right. The worst "
    "come first."
)
MISSING = (
    "Noise, blur, fog, tilt and more: how much of its accuracy is left when images are worse than "
    "those it learned from."
)
DESCRIBED = {
    "shot_noise": "grain, as from a camera with too little light",
    "impulse_noise": "pixels that are black or white by chance",
    "glass_blur": "as seen through frosted glass",
    "motion_blur": "as if the camera had moved",
    "shear": "slanted to one side",
    "scale": "made smaller",
    "rotate": "turned to one side",
    "brightness": "everything brighter, the background, too",
    "translate": "moved toward a corner",
    "stripe": "inverted on the left and on the right",
    "fog": "less contrast, behind clouds",
    "spatter": "spattered with mud",
    "dotted_line": "a dotted line across",
    "zigzag": "a zigzag across",
    "canny_edges": "nothing but outlines",
}


def finding(sheet: CorruptionSheet) -> str:
    """Say how much accuracy corruptions leave, and which is the worst."""
    worst, unchanged = sheet.worst_first[0], sheet.unchanged
    said = (
        f"Corrupted images: {percent(sheet.mean)} right on average, against "
        f"{percent(unchanged.accuracy)} unchanged"
    )
    if worst.accuracy >= unchanged.accuracy:
        return f"{said}; no corruption harms it"
    return f"{said}; the worst is {corruption(worst.name)}, with {percent(worst.accuracy)}"


def compared(first: CorruptionSheet, second: CorruptionSheet, names: Sequence[str]) -> str:
    """Say which of two runs withstands corruptions better, and where they differ most."""
    gains = gained(first, second)
    better, other = (1, 0) if second.mean >= first.mean else (0, 1)
    means = first.mean, second.mean
    name, gain = max(gains.items(), key=lambda pair: abs(pair[1]))
    if not gain:
        return f"Both are right on as many corrupted images: {percent(first.mean)} on average"
    ahead = names[1] if gain > 0 else names[0]
    return (
        f"On average “{names[better]}” is right on {percent(means[better])} of corrupted images, "
        f"“{names[other]}” on {percent(means[other])}; they differ most on {corruption(name)}, "
        f"where “{ahead}” is ahead by {points(abs(gain))}"
    )


def told_of_two(names: Sequence[str]) -> str:
    """Say what is under the pictures of two runs."""
    return f"Under each picture: “{names[0]}” → “{names[1]}”. The first misreads the images below."


def gained(first: CorruptionSheet, second: CorruptionSheet) -> dict[str, float]:
    """Return by how much the second run is more often right, in [-1, 1], by corruption."""
    others = {under.name: under.accuracy for under in second.worst_first}
    return {
        under.name: others[under.name] - under.accuracy
        for under in first.worst_first
        if under.name in others
    }


def points(share: float) -> str:
    """Write a difference of shares: "3.5 points"."""
    return f"{100 * share:.1f} points"


def difference(gain: float) -> str:
    """Write by how much a second run is better: "+3.5 points"."""
    return f"{'+' if gain >= 0 else '−'}{points(abs(gain))}"


def right_on(share: Share) -> str:
    """Say how often the network is right, with the interval."""
    return (
        f"right on {percent(share.accuracy)} of {images(share.images)} "
        f"(95% confidence interval {interval(*share.interval)})"
    )


def severity(under: UnderCorruption, of: int) -> str:
    """Name a severity: "3 of 5, as in MNIST-C"."""
    as_published = "as in MNIST-C" if under.published else ""
    return ", ".join(part for part in (f"{under.severity} of {of}", as_published) if part)


def chosen(under: UnderCorruption, of: int) -> str:
    """Say what a corruption is and how often the network is right under it."""
    name = corruption(under.name).capitalize()
    which = f", severity {severity(under, of)}" if of > 1 else ""
    return f"{name} ({DESCRIBED[under.name]}){which}: {right_on(under)}"


def mistakes(shown: int, part: int) -> str:
    """Say which mistakes are shown."""
    if not shown:
        return f"It misreads none of {images(part)}."
    return f"The most confident mistakes among {images(part)}: what it is → what it was read as."


def turns(turned: Sequence[Turned]) -> str:
    """Say how far images can be turned, for the title of a chart."""
    unchanged = turned[0].accuracy
    if not unchanged:
        return "It gets none of these images right, turned or not"
    half = next((turn for turn in turned if turn.accuracy < unchanged / 2), None)
    if half is None:
        last = turned[-1]
        return f"Turned by {last.degrees}°, {percent(last.accuracy)} are still read right"
    return f"Turned by {half.degrees}°, only {percent(half.accuracy)} are still read right"


def how(sheet: CorruptionSheet) -> str:
    """Say how it was measured."""
    created, all_of = sheet.created, max(under.images for under in sheet.under)
    part = sheet.part
    sampled = f"all {images(all_of)} of the test set"
    if part < all_of:
        sampled += f" at the severity of MNIST-C, {part:,} of them at the others and turned"
    return (
        f"Corruptions as in MNIST-C (Mu and Gilmer 2019), made anew with a fixed seed. Measured on "
        f"{sampled}, on {created:%B} {created.day}, {created:%Y}."
    )


def on_originals(sheet: CorruptionSheet, mean: float) -> str:
    """Say how it does on MNIST-C's own images."""
    return (
        f"On MNIST-C’s own images ({len(sheet.originals)} of its corruptions) it is right on "
        f"{percent(mean)} on average."
    )
