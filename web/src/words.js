/** The pad's sentences: templates come from `pipeline/words.py` with the run, numbers from here. */

/** Write a share as a percentage with meaningful digits: "98.5%", "99.95%". */
export function percent(share) {
  if (share === 1) return '100%';
  if (share > 0 && share < 0.0005) return 'under 0.1%';
  const text = (100 * share).toFixed(share < 0.99 ? 1 : 2);
  // 99.999 must not look like 100.
  return `${Number(text) === 100 ? '99.99' : text}%`;
}

/**
 * Say a prediction and the runner-up.
 *
 * @param {{guess: string, ood_remark: string}} words a template with places for the best class, its
 *     share, the runner-up and its share; and the remark on what is out of distribution.
 * @param {string[]} names of the classes.
 * @param {ArrayLike<number>} shares their probabilities.
 * @param {boolean} isOod whether the drawing is out of distribution.
 * @return {{lead: string, first: string, rest: string}} the text before the predicted class, its
 *     name, and the text after it.
 */
export function guess(words, names, shares, isOod) {
  const [first, second] = ranked(shares);
  const said = {share: percent(shares[first]), other: names[second], rest: percent(shares[second])};
  const [before, after] = words.guess.split('{best}');
  const rest = after.replace(/{(\w+)}/g, (_, place) => said[place]);
  return {lead: (isOod ? words.ood_remark : '') + before, first: names[first], rest};
}

/** The classes, most probable first. */
export function ranked(shares) {
  return Array.from(shares, (_, label) => label).sort((a, b) => shares[b] - shares[a]);
}
