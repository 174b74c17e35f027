/** Pictures that are shifted by whole pixels, as `moved` of `pipeline/ink/perturbations.py` does it. */

/**
 * @param {Uint8Array} levels row by row.
 * @param {number[]} shape (height, width, channels).
 * @param {number} right, {number} down by how many pixels.
 * @param {boolean} isInk whether what comes in is black; if not, it repeats the picture's edge.
 * @return {Uint8Array}
 */
export function shifted(levels, [height, width, channels], right, down, isInk) {
  const found = new Uint8Array(levels.length);
  const within = (at, size) => Math.min(Math.max(at, 0), size - 1);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = [within(row - down, height), within(column - right, width)];
      const isOut = from[0] !== row - down || from[1] !== column - right;
      const at = (from[0] * width + from[1]) * channels;
      for (let channel = 0; channel < channels; channel++) {
        found[to++] = isOut && isInk ? 0 : levels[at + channel];
      }
    }
  }
  return found;
}
