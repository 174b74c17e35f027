/** Numbers and places in words; the templates come from `pipeline/export/inside_words.py`. */

import {filled, percent, pointed} from '../words.js';
import {grid, placed} from './sums.js';

const MINUS = '−';
const BREAK = '\u200b'; // where a line may end
const TINY = 0.0005;

/** Write a number with three digits behind the point, tiny and huge ones by their power of ten. */
export function decimal(value) {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.0005 || size >= 1e5)
    ? value.toExponential(1).replace('+', '') : value.toFixed(3);
  return pointed(/^-0\.?0*$/.test(text) ? text.slice(1) : text).replaceAll('-', MINUS);
}

/** Write a share of a whole briefly. */
export function share(words, value) {
  if (value === 0) return words.none;
  return value < TINY ? words.tiny_share : percent(value);
}

/** Let a line end behind the signs of a name, or of a shape. */
export function breakable(text) {
  return text.replace(/[×_]/g, (sign) => sign + BREAK);
}

/** Name a place in an output or in the image. */
export function placeName(words, place, shape, isImage) {
  const {row, column, map} = placed(place, shape), [height, width, maps] = grid(shape);
  const values = {row: row + 1, column: column + 1, map: map + 1};
  if (height * width === 1) return filled(words.at_unit, {unit: map + 1});
  if (maps === 1) return filled(words.at, values);
  if (!isImage) return filled(words.at_map, values);
  const channel = maps === 3 ? words[['red', 'green', 'blue'][map]] : map + 1;
  return filled(words.at_channel, {...values, channel});
}
