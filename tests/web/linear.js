/** A linear network, of which all is known: what the smallest change is, and where a climb leads. */

import * as adversarial from '../../web/src/inside/adversarial.js';
import {climb as climbed} from '../../web/src/inside/climb.js';

const linear = ({weights, bias}) => async (image, over) => ({
  logits: weights.map((row, label) => row.reduce((sum, weight, at) => sum + weight * image[at], bias[label])),
  gradient: over && Array.from(image, (_, at) => over.reduce((sum, share, label) => sum + share * weights[label][at], 0)),
});

export async function fool(network, image, target, budget, norm) {
  const {changed, fooled} = await adversarial.fool(linear(network), image, target, budget, norm);
  return [changed, fooled];
}

export async function smallest(network, image, target, budgets, norm) {
  const {place, found: {changed, fooled}} = await adversarial.smallest(linear(network), image, target, budgets, norm);
  return [place, changed, fooled];
}

export function climb(network, image, weights, shape, rest) {
  return climbed(linear(network), image, weights, shape, rest);
}
