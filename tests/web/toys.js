/** A network that can be worked out by hand: tanh of a weighted sum, and weighted squares. */

import * as adversarial from '../../web/src/inside/adversarial.js';
import * as attribution from '../../web/src/inside/attribution.js';

const dot = (weights, image) => image.reduce((sum, value, at) => sum + value * weights[at], 0);

function toy({weights, curve}) {
  const score = async (image) => Math.tanh(dot(weights, image)) + dot(curve, image.map((value) => value ** 2));
  const gradient = async (image) => {
    const slope = 1 - Math.tanh(dot(weights, image)) ** 2;
    return Array.from(image, (value, at) => weights[at] * slope + 2 * curve[at] * value);
  };
  return {score, gradient};
}

export function gradientTimesInput(network, image) {
  return attribution.gradientTimesInput(toy(network).gradient, image);
}

export function smoothGrad(network, image, noise) {
  return attribution.smoothGrad(toy(network).gradient, image, (sample) => noise[sample]);
}

export async function integratedGradients(network, image, baseline) {
  const {score, gradient} = toy(network);
  const found = await attribution.integratedGradients(gradient, image, baseline);
  return [found, await attribution.completenessError(found, score, image, baseline)];
}

export function occlusion(network, image, paper, shape) {
  return attribution.occlusion(toy(network).score, image, paper, shape);
}

/** Logits that are curves of weighted sums; `rows` has the weights of each class. */
function classifier({rows, bend}) {
  return async (image, weights) => {
    const sums = rows.map((row) => dot(row, Array.from(image)));
    const logits = sums.map((sum) => sum + bend * sum * sum);
    const gradient = Float32Array.from(image, (_, at) => rows.reduce((all, row, label) => (
      all + (weights?.[label] ?? 0) * row[at] * (1 + 2 * bend * sums[label])), 0));
    return {logits, gradient};
  };
}

export async function fool(network, image, target, budget, norm) {
  const {changed} = await adversarial.fool(classifier(network), Float32Array.from(image), target, budget, norm);
  return changed;
}
