/** Strokes -> ink, exactly as `pipeline/ink/drawing.py` draws them; its constants come from there. */

/**
 * Ink strokes with a pen in proportion to the digit.
 *
 * @param {number[][][]} strokes lists of [x, y] points in any unit, y down.
 * @param {{size: number, box: number, middle: number, pen: number}} frame in pixels of the
 *     result: the sides of the whole and of the box that the ink fills, the place of its center of
 *     mass, and the width of the pen.
 * @param {?object} place where they are placed; see `placeOf`.
 * @return {?Uint8Array} size × size gray levels, row by row, 0 is paper and 255 is ink; null if
 *     nothing is drawn.
 */
export function fromStrokes(strokes, frame, place = placeOf(strokes, frame)) {
  return place && Uint8Array.from(
    inked(placed(strokes, place), frame), (share) => halfToEven(share * 255));
}

/**
 * Where a drawing is placed in its frame, and so where each pixel of the ink lies in the drawing.
 *
 * @param {number[][][]} strokes see `fromStrokes`.
 * @param {object} frame see `fromStrokes`.
 * @return {?{scale: number, from: number[], to: number[], shift: number[]}} a point goes to
 *     (point - from) * scale + to + shift, where a whole number is the middle of a pixel; null if
 *     nothing is drawn.
 */
export function placeOf(strokes, frame) {
  const points = strokes.flat();
  if (points.length === 0) return null;
  const [left, right] = range(points, 0);
  const [top, bottom] = range(points, 1);
  const side = Math.max(right - left, bottom - top);
  const place = {
    // A dot has no size: it becomes a point of the pen.
    scale: side > frame.smallest_side ? (frame.box - frame.pen) / side : 1,
    from: [(left + right) / 2, (top + bottom) / 2],
    to: [frame.middle, frame.middle],
    shift: [0, 0],
  };
  return {...place, shift: shiftToMiddle(inked(placed(strokes, place), frame), frame)};
}

/**
 * The square of the drawing that the whole of the ink covers: what `placeOf` does, backward.
 *
 * @param {object} place as `placeOf` returns it.
 * @param {number} size of the ink, in pixels.
 * @return {{left: number, top: number, side: number}} in the drawing's unit.
 */
export function coveredBy({scale, from, to, shift}, size) {
  // The first pixel begins half a pixel before its middle.
  const [left, top] = from.map((middle, axis) => middle - (0.5 + to[axis] + shift[axis]) / scale);
  return {left, top, side: size / scale};
}

function placed(strokes, {scale, from, to, shift}) {
  return strokes.map((stroke) => stroke.map((point) => (
    point.map((value, axis) => (value - from[axis]) * scale + to[axis] + shift[axis]))));
}

/** Draw strokes with a round pen: Float64Array of shares of ink in [0, 1]. */
function inked(strokes, {size, pen}) {
  const reach = pen / 2 + 0.5; // beyond it a segment leaves no ink
  const nearest = new Float64Array(size * size).fill(Infinity); // squared distances
  for (const stroke of strokes) {
    stroke.forEach(([x, y], at) => {
      if (at === stroke.length - 1 && at > 0) return; // the last point ends the last segment
      const [alongX, alongY] = at + 1 < stroke.length
        ? [stroke[at + 1][0] - x, stroke[at + 1][1] - y] : [0, 0];
      const length = alongX * alongX + alongY * alongY || 1;
      const last = size - 1;
      const fromColumn = Math.max(0, Math.ceil(Math.min(x, x + alongX) - reach));
      const toColumn = Math.min(last, Math.floor(Math.max(x, x + alongX) + reach));
      const fromRow = Math.max(0, Math.ceil(Math.min(y, y + alongY) - reach));
      const toRow = Math.min(last, Math.floor(Math.max(y, y + alongY) + reach));
      for (let row = fromRow; row <= toRow; row++) {
        for (let column = fromColumn; column <= toColumn; column++) {
          const offsetX = column - x, offsetY = row - y;
          const share = (offsetX * alongX + offsetY * alongY) / length;
          const along = Math.min(Math.max(share, 0), 1);
          const gapX = offsetX - along * alongX, gapY = offsetY - along * alongY;
          const gap = gapX * gapX + gapY * gapY, pixel = row * size + column;
          if (gap < nearest[pixel]) nearest[pixel] = gap;
        }
      }
    });
  }
  return nearest.map((gap) => Math.min(Math.max(reach - Math.sqrt(gap), 0), 1));
}

/** The shift [x, y] that centers ink by mass and pushes none over the edge. */
function shiftToMiddle(ink, {size, middle}) {
  let mass = 0, sumX = 0, sumY = 0;
  let left = size, right = -1, top = size, bottom = -1;
  ink.forEach((share, pixel) => {
    if (share === 0) return;
    const x = pixel % size, y = Math.floor(pixel / size);
    mass += share;
    sumX += share * x;
    sumY += share * y;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  });
  const within = (shift, low, high) => Math.min(Math.max(shift, -low), size - 1 - high);
  return [
    within(middle - sumX / mass, left, right), within(middle - sumY / mass, top, bottom),
  ];
}

function range(points, axis) {
  let low = Infinity, high = -Infinity;
  for (const point of points) {
    low = Math.min(low, point[axis]);
    high = Math.max(high, point[axis]);
  }
  return [low, high];
}

/** Round as NumPy does, so that both languages agree on every gray level. */
function halfToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
