"""Images that are not digits, made from what packages carry: no data has to be fetched."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_images

from pipeline.ink import drawing, nondigits

EACH = 100  # drawings of a kind
NOISE = 1000  # images
PRINTED = 20  # of each letter
PIECES = 1000  # of photographs
LETTERS = "ACDEFGHJKLMNPRTUVWXYadefhkmnrtuvwxy"  # those that look like no digit
CANVAS = 280
THICK, LEAN, TURN = 7, 0.25, 12  # of letters: pen in pixels, slant, degrees; all at most


def drawings() -> dict[str, dict[str, np.ndarray]]:
    """Draw every kind, by group: uint8 (EACH, 28, 28, 1)."""
    random = np.random.default_rng(0)
    groups = {
        "development": nondigits.CHOOSING,
        "held out": nondigits.REPORTING,
        "digits": nondigits.DIGITS,
    }
    return {
        group: {name: nondigits.images(kind, EACH, random) for name, kind in kinds.items()}
        for group, kinds in groups.items()
    }


def made(shape: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """Make images by origin: uint8 (n, *shape), the same every time."""
    random = np.random.default_rng(0)
    found = {
        "uniform noise": random.integers(0, 256, (NOISE, *shape)).astype(np.uint8),
        "Gaussian noise": random.normal(127.5, 64, (NOISE, *shape)).clip(0, 255).astype(np.uint8),
    }
    if shape == (28, 28, 1):
        found["letters in print"] = np.stack(
            [_letter(letter, random) for letter in LETTERS for _ in range(PRINTED)]
        )
        photographs = [Image.fromarray(one).convert("L") for one in load_sample_images().images]
        found["pieces of photographs"] = np.stack(
            [_piece(photographs[row % len(photographs)], random) for row in range(PIECES)]
        )
    return found


def _letter(letter: str, random: np.random.Generator) -> np.ndarray:
    """Print a letter, slanted and turned a little, framed as a drawing is."""
    page, middle = Image.new("L", (CANVAS, CANVAS)), (CANVAS / 2, CANVAS / 2)
    font = ImageFont.load_default(120)  # comes with Pillow
    thick = int(random.integers(0, THICK))
    ImageDraw.Draw(page).text(middle, letter, 255, font, anchor="mm", stroke_width=thick)
    lean = random.uniform(-LEAN, LEAN)
    slanted = (1, lean, -lean * CANVAS / 2, 0, 1, 0)
    page = page.transform(page.size, Image.Transform.AFFINE, slanted, Image.Resampling.BILINEAR)
    page = page.rotate(random.uniform(-TURN, TURN), Image.Resampling.BILINEAR)
    return drawing.from_pixels(np.asarray(page))[..., None]


def _piece(photograph: Image.Image, random: np.random.Generator) -> np.ndarray:
    """Cut a square out of a photograph; two come with scikit-learn."""
    side = int(random.integers(28, 200))
    left = int(random.integers(0, photograph.width - side))
    top = int(random.integers(0, photograph.height - side))
    piece = photograph.crop((left, top, left + side, top + side))
    return np.asarray(piece.resize((28, 28), Image.Resampling.BILINEAR))[..., None]
