/** What two networks, or two pictures in one, have in common, and where they differ. */

/** Whether two networks have the same layers, so that their outputs can be compared one by one. */
export function sameLayers(one, other) {
  return one.length === other.length && one.every(({name, shape}, place) => (
    name === other[place].name && shape.join() === other[place].shape.join()));
}

/** @return {Float32Array} one − other, value by value. */
export function difference(one, other) {
  return Float32Array.from(one, (value, at) => value - other[at]);
}
