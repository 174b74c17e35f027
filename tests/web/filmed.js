/** A film whose bytes come as JSON. */

import {Film, halves} from '../../web/src/tour/film.js';

export function decoded(bytes) {
  return Array.from(halves(Uint8Array.from(bytes)));
}

export function answered(facts, blob, frame, pixels) {
  const bytes = ([start, length]) => Uint8Array.from(blob).slice(start, start + length);
  return new Film(facts, bytes).answer(frame, Float32Array.from(pixels));
}
