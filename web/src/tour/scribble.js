/** A scribble, or noise: what is no class at all. */

const TURNS = 26;

/**
 * A line that wanders about, never the same.
 *
 * @param {number} side of the pad.
 * @param {() => number} random in [0, 1).
 * @return {number[][][]} strokes; see `surface.js`.
 */
export function scribble(side, random = Math.random) {
  const edge = side / 10, within = () => edge + random() * (side - 2 * edge);
  const corners = Array.from({length: TURNS}, () => [within(), within()]);
  const stroke = [];
  // Round corners: from the middle of a line to the middle of the next, bent toward the corner.
  for (let at = 1; at + 1 < corners.length; at++) {
    const [from, bend, to] = [middle(corners[at - 1], corners[at]), corners[at], middle(corners[at], corners[at + 1])];
    for (let part = 0; part < 1; part += 1 / 8) stroke.push([0, 1].map((axis) => rounded(
      (1 - part) ** 2 * from[axis] + 2 * part * (1 - part) * bend[axis] + part ** 2 * to[axis])));
  }
  return [stroke];
}

/** A picture of noise, for networks that are given pictures as they are. */
export function noise(size, random = Math.random) {
  return Uint8Array.from({length: size}, () => Math.floor(256 * random()));
}

function middle(one, other) {
  return [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}

function rounded(value) {
  return Math.round(10 * value) / 10;
}
