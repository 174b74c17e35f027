/** What the pad says, in the words of `dashboard/words/`. */

/** Write a share as a percentage with the digits that mean something: "98.5 %", "99.95 %". */
export function percent(share) {
  if (share === 1) return '100 %';
  if (share > 0 && share < 0.0005) return 'under 0.1 %';
  const text = (100 * share).toFixed(share < 0.99 ? 1 : 2);
  // 99.999 must not read as if nothing were wrong.
  return `${Number(text) === 100 ? '99.99' : text} %`;
}

/**
 * Say a prediction and the runner-up.
 *
 * @param {string[]} names of the classes.
 * @param {ArrayLike<number>} shares their probabilities.
 * @param {boolean} strange whether the drawing is unlike anything in training.
 * @return {{lead: string, first: string, rest: string}} what comes before the first guess, it,
 *     and what comes after it.
 */
export function guess(names, shares, strange) {
  const [first, second] = ranked(shares);
  const rest = ` (${percent(shares[first])}), else ${names[second]} (${percent(shares[second])})`;
  const kind = names.every((name) => /^\d$/.test(name)) ? 'a digit' : 'anything I learned';
  const lead = strange ? `That doesn’t look like ${kind} to me. If it must be one: ` : '';
  return {lead, first: names[first], rest};
}

/** The classes, most probable first. */
export function ranked(shares) {
  return Array.from(shares, (_, label) => label).sort((a, b) => shares[b] - shares[a]);
}
