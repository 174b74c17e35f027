"""Addresses of pages that ask for what cannot be: every parameter, with fifty values each."""

from dashboard import address, slides

# What pages ask an address for, besides the selection and what every page does.
OF_PAGES = {
    "tour": ("step",),
    "overview": (),
    "scorecard": ("passed", "corruption", "severity"),
    "compare": ("curves_by",),
    "confusion_matrix": ("matrix_view", "matrix_cells", "matrix_diagonal"),
    "mistakes": ("mistakes_order", "mistakes_size"),
    "labels": ("labels_shown", "labels_part", "labels_order", "labels_size", "labels_image_train",
               "labels_image_valid", "labels_image_test"),
    "data": ("data_view", "data_seed", "data_part", "channel"),
    "inside": ("inside_shows", "other"),
    "draw": ("draw_way", "draw_view", "draw_answer", "draw_looks"),
    "train": ("train_what", "job"),
    "corrections": ("corrections",),
    "glossary": ("term",),
}  # fmt: skip
# What must be as it should for others to be asked for; each turn has another.
VALID = {
    "labels": ({"labels_shown": "suspicious"}, {"labels_part": "training"}, {}),
    "data": ({"data_view": "classes"}, {"data_view": "one-image", "sample": "3"},
             {"data_view": "map"}, {}),
    "inside": ({"sample": "3"}, {"inside_shows": "drawing"}, {}),
    "draw": ({"draw_way": "live"}, {"draw_way": "edit-an-image", "sample": "3"},
             {"draw_way": "a-photograph"}, {}),
    "mistakes": ({"true": "3"}, {}, {"predicted": "8"}, {"outcome": "wrong"}),
}  # fmt: skip
OF_ALL = (*address.NAMES, address.LANG, address.VIEWS, address.VIEW, address.PRESENT, address.PAGE)
ONE_VIEW = slides.encode([slides.View("nowhere", (("run", "gone"), ("sample", "x")), "<b>")])
HOSTILE = (
    "", " ", "0", "-1", "1", "2", "9", "10", "007", "1.5", "1e9", "99999", "999999999",
    "2147483648", "9" * 400, "9" * 5_000, "٣", "½", "²", "nan", "inf", "-inf", "1e400", "0x10",
    "None", "null", "true", "on", "off", "[]", "{}", "()", "<script>alert(1)</script>",
    "[a](javascript:alert(1))", "![](//evil.example/x.png)", ":material/home:", "$$\\frac{1}{0}$$",
    "`x`", "../../etc/passwd", "/dev/zero", "C:\\con", "%s%n{0}", "' OR 1=1 --", "a\0b",
    "\x1b[2J\r\n", "\u202egnp.exe", "\ufffd\u200b", "🤷" * 50, "a" * 10_000, "0.9-0.1",
    "0-1-2", "0.2-0.8", "0,0_1,0", "0,0_1,1_nan,2", "1e308,1e308_-1e308,0_0,0", "0,0_" * 99,
    "0,0_0,0_0,0", "wrong", "changed", "fixed", "4", ONE_VIEW, ONE_VIEW[:-2], "eJw" * 900,
    "overview", "latest", "default", ".", "..", "difference", "map", "one-image", "pictures",
)  # fmt: skip
STEP = 7  # by which the values of one parameter and the next are apart


def queries(page: str, runs: dict[str, str], turn: int) -> dict[str, dict[str, str]]:
    """Make addresses of a page in which every parameter has a hostile value.

    Over as many turns as there are values, every parameter has each of them.

    Args:
        page: its file's name.
        runs: two that there are.
        turn: which values.

    Returns:
        By what they are: all parts hostile; all but the runs, and what others depend on; and the
        same presented to a room.
    """
    names = (*OF_ALL, *OF_PAGES[page])
    odd = {name: HOSTILE[(turn + STEP * place) % len(HOSTILE)] for place, name in enumerate(names)}
    given = VALID.get(page, ({},))
    usual = odd | runs | given[turn % len(given)] | {address.PRESENT: ""}
    return {"all": odd, "of two runs": usual, "presented": usual | {address.PRESENT: "1"}}
