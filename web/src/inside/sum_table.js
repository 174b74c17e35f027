/** A sum written out with numbers. */

import {element} from '../elements.js';
import {count, filled} from '../words.js';
import {decimal, placeName} from './format.js';
import {laidOut} from './laid_out.js';
import {placed, sumAt} from './sums.js';

const MOST = 5; // terms that are shown; the rest is summed

/**
 * Write out how one value of a layer comes about.
 *
 * @param {object} scene see `view.js`.
 * @param {number} place of the layer.
 * @param {number} at the value's place in its output.
 * @return {{table: HTMLElement, sum: object}} see `sumAt`.
 */
export function sumTable(scene, place, at) {
  const {words, layers} = scene, layer = layers[place];
  const sum = sumAt(layer, scene.inputs(layer), at);
  const rows = [];
  const weighted = sum.terms.some(({weight}) => weight !== null);
  const row = (what, value, kind = '') => rows.push(element('tr', {class: kind},
    element('th', {scope: 'row', colspan: weighted ? '3' : '1'}, what),
    element('td', {class: 'number'}, decimal(value))));
  const terms = [...sum.terms].sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
  // One term that would be “1 more” is shown instead.
  const shown = terms.length === MOST + 1 ? terms : terms.slice(0, MOST);
  rows.push(...shown.map((term) => termRow(scene, layer, term, weighted)));
  const rest = terms.slice(shown.length);
  if (rest.length) {
    const more = filled(words.more, {count: count(rest.length)});
    if (sum.form === 'sum') row(more, rest.reduce((all, {part}) => all + part, 0));
    else rows.push(element('tr', {}, element('th', {scope: 'row'}, more), element('td', {})));
  }
  if (sum.bias) row(layer.op === 'scale' ? words.offset : words.bias, sum.bias);
  if (!sum.terms.length) row(words.beyond, 0);
  row(words[`by_${sum.form}`], sum.before, 'total');
  const named = sum.activation === 'softmax' ? words.softmax : sum.activation;
  if (sum.activation !== 'linear') row(named, sum.after, 'total');
  const gate = scene.gateOf(place, at % layer.shape.at(-1));
  if (gate !== 1) row(words.gate, gate);
  row(words.equals, sum.after * gate, 'result');
  scene.elsewhere(place, at).forEach(([name, value]) => row(name, value, 'elsewhere'));
  const head = weighted ? ['where', 'weight', 'input', 'part'] : ['where', 'part'];
  return {sum, value: sum.after * gate, table: element('table', {class: 'sum'},
    element('caption', {}, title(scene, layer, at)),
    element('thead', {}, element('tr', {}, ...head.map((name) => element('th', {scope: 'col'}, words[name])))),
    element('tbody', {}, ...rows))};
}

function termRow(scene, layer, {weight, value, part, input, from}, weighted) {
  const {words, names} = scene, source = layer.inputs[input], own = laidOut(scene, layer, input);
  const where = placeName(words, from, own.shape, own.source < 0);
  const named = layer.inputs.length > 1 ? `${names(source)}, ${where}` : where;
  const cells = weighted ? [decimal(weight), `× ${decimal(value)}`, `= ${decimal(part)}`] : [decimal(part)];
  return element('tr', {}, element('td', {class: 'where'}, named),
    ...cells.map((cell) => element('td', {class: 'number'}, cell)));
}

function title(scene, layer, at) {
  const {words, layers} = scene, {row, column, map} = placed(at, layer.shape);
  const named = scene.className(layers.indexOf(layer), map);
  if (named) return `${layer.name}, ${named}`;
  const values = {name: layer.name, map: map + 1, row: row + 1, column: column + 1};
  return filled(layer.shape.length === 3 ? words.sum_of : words.sum_of_unit, values);
}
