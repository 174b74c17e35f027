"""How well a run tells strange images from its own, in sentences; pure."""

from dashboard.words.text import percent
from pipeline.analysis.strangers import Group, Strangers
from pipeline.words import counted

WHAT = (
    "A network has to call everything one of its classes. So each image also gets a score: how "
    "unlike the training images it is. Above a threshold, the answer comes with a remark: “Unlike "
    "most training images”."
)
CHART = (
    "A dot is the median score of images of one origin; nine of ten lie on its line. **AUROC** is "
    "how often a strange image has a higher score than one of its own; 0.5 would be chance."
)


def finding(found: Strangers) -> str:
    """Say how much of what is strange is noticed, for the title of the chart."""
    own = f"{percent(found.own.flagged)} of its own test images"
    if not found.others:
        return f"It remarks on {own}"
    images = sum(group.images for group in found.others)
    noticed = sum(group.flagged * group.images for group in found.others) / images
    return f"It remarks on {percent(noticed)} of {counted(images, 'strange image')}, and on {own}"


def numbers(group: Group) -> str:
    """Say what matters most of images of one origin."""
    remarked = f"{percent(group.flagged)} remarked on"
    return remarked if group.auroc is None else f"{remarked}, AUROC {group.auroc:.3f}"


def told(group: Group) -> str:
    """Say all that was measured of images of one origin."""
    low, _, middle, _, high = group.quantiles
    said = (
        f"{counted(group.images, 'image')}: {numbers(group)}; median score {middle:.1f}, "
        f"nine of ten from {low:.1f} to {high:.1f}"
    )
    if group.fpr95 is None:
        return said
    return f"{said}; {percent(group.fpr95)} pass where 95% of its own images do"


def how(found: Strangers) -> str:
    """Say how it was measured."""
    created = found.created
    return (
        f"Measured against {counted(found.own.images, 'test image')} of its own, each class by its "
        f"share, on {created:%B} {created.day}, {created:%Y}. Images of other things are added by "
        "`inkling evaluate … --strangers --dataset …`."
    )
