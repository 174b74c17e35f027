"""When to ask a person: selective prediction, and whether confidence can be believed; pure."""

from pipeline.export.report import charts
from pipeline.export.report.blocks import Block, Figure, Section, Table, Text
from pipeline.export.report.facts import Facts
from pipeline.export.report.say import Say

SHARES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)  # passed on, of a table
ENDS = (0.05, 0.1, 0.2, 0.3, 0.5)  # of the chart's axis
FEW, SMALL_GAP = 20, 0.01  # images in a group, and a gap of confidence, that mean little


def ask(facts: Facts, say: Say) -> Section:
    """Say how many mistakes are left when a person takes the least confident images."""
    blocks: list[Block] = [Text(say("ask.intro"))]
    if facts.curve.errors_remaining(0):
        blocks.append(_curve(facts, say))
    else:
        blocks.append(Text(say("ask.curve_none")))
    blocks.append(_calibration(facts, say))
    return Section("ask", say("ask.title"), blocks)


def telling_share(facts: Facts) -> float:
    """Return the share of images to pass on that halves the mistakes, or the largest tried."""
    curve = facts.curve
    half = curve.errors_remaining(0) / 2
    halving = (s for s in SHARES[1:] if curve.errors_remaining(passed(facts, s)) <= half)
    return next(halving, SHARES[-1])


def passed(facts: Facts, share: float) -> int:
    """Return how many images a share is."""
    return round(share * facts.curve.total)


def _curve(facts: Facts, say: Say) -> Figure:
    curve, telling = facts.curve, telling_share(facts)
    start = curve.errors_remaining(0)
    ends = (end for end in ENDS if end >= telling)
    few = (end for end in ends if curve.errors_remaining(passed(facts, end)) <= start / 10)
    last = next(few, ENDS[-1])
    at_telling, at_last = (curve.errors_remaining(passed(facts, s)) for s in (telling, last))
    axis = charts.nice(0, start)
    table = curve.curve().to_numpy()
    points = [
        (count / curve.total / last, errors / axis[-1])
        for count, errors in table[table[:, 0] <= last * curve.total].tolist()
    ]
    steps = [step / 5 for step in range(6)]
    svg = charts.lines(
        [charts.Line([*points, (1, at_last / axis[-1])])],
        list(zip(steps, say.axis([last * step for step in steps]), strict=True)),
        [(number / axis[-1], say.decimal(number)) for number in axis],
        (say("ask.curve_x"), say("ask.curve_y")),
        say("ask.curve_alt", start=start, middle=at_telling, share=say.whole(telling), end=at_last,
            last=say.whole(last)),
        marked=(telling / last, at_telling / axis[-1]),
    )  # fmt: skip
    finding = say.counted("ask.curve", at_telling, share=say.whole(telling), all=start)
    return Figure(finding, svg, _choices(facts, say), say("ask.curve_note"), open=True)


def _choices(facts: Facts, say: Say) -> Table:
    head = [say(f"column.{name}") for name in ("passed", "images", "threshold", "left", "kept")]
    curve, rows = facts.curve, []
    for share in SHARES:
        count = passed(facts, share)
        left, kept = curve.errors_remaining(count), curve.total - count
        edge = say.share(float(curve.confidence[count - 1])) if count else "–"
        rows.append([say.whole(share), say.texts.number(count), edge, say.texts.number(left),
                     say.share((kept - left) / kept)])  # fmt: skip
    return Table(head, rows)


def _calibration(facts: Facts, say: Say) -> Figure:
    ticks = [(step / 4, say.texts.percent(step / 4, 0)) for step in range(5)]
    columns = ["confidence", "count", "accuracy", "accuracy_low", "accuracy_high"]
    bins = facts.bins[columns].to_numpy().tolist()
    points = [(said, right, low, high) for said, _, right, low, high in bins]
    titles = (say("column.confidence"), say("column.accuracy"))
    alt = say("ask.calibration_alt", groups=len(bins))
    head = [say(f"column.{name}") for name in ("confidence", "images", "accuracy", "interval")]
    rows = [
        [say.share(said), say.texts.number(count), say.share(right), say.interval(low, high)]
        for said, count, right, low, high in bins
    ]
    svg = charts.reliability(points, ticks, titles, alt)
    return Figure(calibration(facts, say), svg, Table(head, rows), say("ask.calibration_note"))


def calibration(facts: Facts, say: Say) -> str:
    """Say whether confidence matches accuracy."""
    error, bins = facts.run.info.metrics.calibration_error, facts.bins
    if error < SMALL_GAP:
        return say("ask.calibrated", error=say.share(error))
    outside = (bins["confidence"] < bins["accuracy_low"]) | (
        bins["confidence"] > bins["accuracy_high"]
    )
    real = bins[outside & (bins["count"] >= FEW)]  # a gap that could be chance alone is no finding
    if real.empty:
        return say("ask.calibrated_so_far", total=facts.curve.total, error=say.share(error))
    gaps = (real["confidence"] - real["accuracy"]).abs() * real["count"]
    said, right = real[["confidence", "accuracy"]].to_numpy()[gaps.argmax()]
    return say("ask.miscalibrated", said=say.share(float(said)), right=say.share(float(right)))
