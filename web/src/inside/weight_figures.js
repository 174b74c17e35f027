/** What a map or a unit looks for, and what it found: its weights as pictures. */

import {element} from '../elements.js';
import {largest, Mosaic} from '../layers.js';
import {count, filled} from '../words.js';
import {onPointing} from './controls.js';
import {decimal} from './format.js';
import {laidOut} from './laid_out.js';
import {byStrength, ranges, weightsOf} from './weights.js';

const MOST = 48; // pictures

/**
 * @param {object} scene see `view.js`.
 * @param {object} layer
 * @param {number} map of its output.
 * @return {HTMLElement[]} none for a layer without weights of this kind.
 */
export function weightFigures(scene, layer, map) {
  const {words} = scene, source = laidOut(scene, layer), found = weightsOf(layer, map, source.shape);
  if (!found) return [];
  const name = scene.names(source.source), [height, width, maps] = found.shape, isVector = height * width === 1;
  const shown = isVector ? maps : Math.min(maps, MOST);
  const few = shown < maps ? ` · ${filled(words.strongest_of, {count: count(shown), total: count(maps)})}` : '';
  const isKernel = layer.op === 'convolution';
  const title = isKernel && maps > 1 ? filled(words.kernels, {name}) : words.kernel;
  const order = (values) => (isVector ? null : byStrength(values, maps).slice(0, shown));
  const figures = [pictures(scene, found, order(found.values), title + few, name)];
  if (!isKernel && layer.shape.length === 1) {
    const [given] = scene.inputs(layer), values = found.values.map((weight, at) => weight * given.values[at]);
    figures.push(pictures(scene, {...found, values}, order(values), words.found + few, name));
  }
  return figures;
}

function pictures({words, scales}, {shape, values}, order, title, name) {
  const [height, width, maps] = shape, total = order?.length ?? maps, isVector = height * width === 1;
  const mosaic = new Mosaic({
    shape: [height, width, total], columns: Math.min(total, Math.ceil(Math.sqrt(total * 1.6))), alt: title,
    gap: isVector ? 1 : Math.max(1, Math.round(height / 8)), zoom: isVector ? 8 : 1,
  });
  const chosen = order ? picked(values, maps, order) : values, each = ranges(chosen, total);
  mosaic.show(chosen, scales.diverging, {signed: true});
  const high = largest(values, 0, 1, true), said = element('small', {class: 'said'});
  onPointing(mosaic.canvas, (x, y) => {
    const place = mosaic.at(x, y);
    if (place === null) return;
    const [least, most] = each[place], map = (order ? order[place] : place) + 1;
    said.textContent = filled(words.kernel_of, {map, name, low: decimal(least), high: decimal(most)});
  });
  const legend = filled(words.legend, {low: decimal(-high), high: decimal(high)});
  mosaic.canvas.setAttribute('aria-label', filled(words.kernel_alt, {title, legend}));
  return element('figure', {}, element('figcaption', {}, title), mosaic.canvas,
    element('small', {}, legend), ...(maps > 1 ? [said] : []));
}

function picked(values, maps, order) {
  const chosen = new Float32Array((values.length / maps) * order.length);
  for (let at = 0; at < chosen.length; at++) {
    chosen[at] = values[Math.floor(at / order.length) * maps + order[at % order.length]];
  }
  return chosen;
}
