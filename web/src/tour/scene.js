/** What the steps of the tour share: the picture, the networks, colors, and how things are said. */

import {paintImage, scalesOf} from '../colors.js';
import {chunk} from '../inside/scene.js';
import {filled} from '../words.js';
import {number, percent} from './numbers.js';

/**
 * Make what is handed to every step; each gets its own `words` and `data` besides.
 *
 * @param {object} spec as `pipeline/export/tour_spec.py` writes it.
 * @param {Uint8Array} blob what it points into.
 * @param {HTMLElement} root whose colors count.
 * @return {object} `spec`, `frame` (the words of the frame), `language`; `bytes` and `floats` read a
 *     place in the blob; `say` fills a sentence in, `percent` and `number` write numbers as the
 *     language has them; `scales` are the page's colors, 256 pixels each, from paper to `ink` and
 *     from negative to positive (`diverging`); `paint` shows levels on a canvas; `isStill` says
 *     whether the visitor prefers reduced motion.
 */
export function tourScene(spec, blob, root) {
  const {language} = spec;
  const write = (value, digits) => number(language, value, digits);
  const scene = {
    spec, language, frame: spec.words,
    bytes: (place) => chunk(blob, place),
    floats: (place) => new Float32Array(chunk(blob, place).buffer),
    number: write,
    percent: (share, digits) => percent(language, share, digits),
    say: (template, values) => filled(template, Object.fromEntries(Object.entries(values).map(
      ([name, value]) => [name, Number.isInteger(value) ? write(value) : value]))),
    get scales() {
      return scalesOf(root);
    },
    paint: (canvas, levels) => paintImage(canvas, levels, spec.shape, spec.is_ink ? scene.scales.ink : null),
    isStill: matchMedia('(prefers-reduced-motion: reduce)').matches,
  };
  return scene;
}
