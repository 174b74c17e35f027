/**
 * The arithmetic of every layer, written out for one value of its output.
 *
 * A layer is described as in `pipeline/export/inside_spec.py`: {op, shape, activation, settings,
 * arrays}, with arrays as {values, shape}; its inputs are {values, shape}, row by row.
 */

import {ACTIVATIONS, softmax} from './activations.js';

/**
 * One summand, or one of several values of which something is taken.
 *
 * @typedef {{weight: ?number, value: number, part: number, input: number, from: number}} Term
 *     `weight` is null where there is none; `input` counts the layer's inputs, `from` is the place
 *     in it.
 * @typedef {{form: string, terms: Term[], bias: ?number, before: number, activation: string,
 *     after: number}} Sum `form` says what is made of the terms: sum, largest, smallest, mean,
 *     product or copy; `before` is the result, `after` what the activation function makes of it.
 */

/** The row, column and map of a place in a grid; a vector has one row and one column. */
export function placed(place, shape) {
  const [, width, maps] = grid(shape);
  const cell = Math.floor(place / maps);
  return {row: Math.floor(cell / width), column: cell % width, map: place % maps};
}

/** The shape of an output as (height, width, maps). */
export function grid(shape) {
  if (shape.length === 3) return shape;
  return shape.length === 2 ? [1, ...shape] : [1, 1, shape[0]];
}

/**
 * Write out one value of a layer's output.
 *
 * @param {object} layer see above.
 * @param {{values: ArrayLike<number>, shape: number[]}[]} given its inputs.
 * @param {number} place of the value in its output.
 * @return {Sum}
 */
export function sumAt(layer, given, place) {
  const sum = FORMS[layer.op](layer, given, place);
  if (layer.activation !== 'softmax') {
    return {...sum, activation: layer.activation, after: ACTIVATIONS[layer.activation](sum.before)};
  }
  const count = layer.shape.at(-1), mine = place % count;
  const logits = Array.from({length: count},
    (_, unit) => FORMS[layer.op](layer, given, place - mine + unit).before);
  return {...sum, activation: 'softmax', after: softmax(logits)[mine]};
}

/** Write out several values; see `sumAt`. */
export function sumsAt(layer, given, places) {
  return places.map((place) => sumAt(layer, given, place));
}

/** The part of a layer's input that a value is computed from, as rows and columns [from, to). */
export function windowAt({settings}, {shape}, {row, column}) {
  const {size, strides, before} = settings;
  const span = (at, axis) => {
    const first = at * strides[axis] - before[axis];
    return [Math.max(0, first), Math.min(first + size[axis], shape[axis]), first];
  };
  return {rows: span(row, 0), columns: span(column, 1)};
}

const FORMS = {
  convolution: convolved,
  dense: weighted,
  max_pool: (layer, given, place) => pooled(layer, given, place, 'largest'),
  average_pool: (layer, given, place) => pooled(layer, given, place, 'mean'),
  global_max: (layer, given, place) => overall(layer, given, place, 'largest'),
  global_average: (layer, given, place) => overall(layer, given, place, 'mean'),
  scale: scaled,
  rectify: rectified,
  pad: (layer, given, place) => moved(layer, given, place, -1),
  crop: (layer, given, place) => moved(layer, given, place, 1),
  enlarge: enlarged,
  permute: permuted,
  concatenate: concatenated,
  identity: (layer, given, place) => copied(given, 0, place),
  flatten: (layer, given, place) => copied(given, 0, place),
  reshape: (layer, given, place) => copied(given, 0, place),
  add: (layer, given, place) => merged(given, place, 'sum'),
  average: (layer, given, place) => merged(given, place, 'mean'),
  multiply: (layer, given, place) => merged(given, place, 'product'),
  maximum: (layer, given, place) => merged(given, place, 'largest'),
  minimum: (layer, given, place) => merged(given, place, 'smallest'),
  subtract: subtracted,
};

const MADE = {
  sum: (parts) => parts.reduce((sum, part) => sum + part, 0),
  mean: (parts) => MADE.sum(parts) / parts.length,
  product: (parts) => parts.reduce((product, part) => product * part, 1),
  largest: (parts) => Math.max(...parts),
  smallest: (parts) => Math.min(...parts),
};

function written(form, terms, bias = null) {
  const before = MADE[form](terms.map(({part}) => part)) + (bias ?? 0);
  return {form, terms, bias, before};
}

function plain(given, input, from) {
  const value = given[input].values[from];
  return {weight: null, value, part: value, input, from};
}

function times(weight, given, input, from) {
  const value = given[input].values[from];
  return {weight, value, part: weight * value, input, from};
}

function copied(given, input, from) {
  const term = plain(given, input, from);
  return {form: 'copy', terms: [term], bias: null, before: term.value};
}

function convolved(layer, given, place) {
  const [source] = given, [, width, depth] = source.shape;
  const {kernel, bias} = layer.arrays, [, across, , maps] = kernel.shape;
  const at = placed(place, layer.shape), {rows, columns} = windowAt(layer, source, at);
  const terms = [];
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0]; column < columns[1]; column++) {
      const cell = (row - rows[2]) * across + column - columns[2];
      for (let map = 0; map < depth; map++) {
        const weight = kernel.values[(cell * depth + map) * maps + at.map];
        terms.push(times(weight, given, 0, (row * width + column) * depth + map));
      }
    }
  }
  return written('sum', terms, bias.values[at.map]);
}

function weighted(layer, given, place) {
  const {kernel, bias} = layer.arrays, [depth, units] = kernel.shape;
  const unit = place % units, start = Math.floor(place / units) * depth;
  const terms = Array.from({length: depth},
    (_, at) => times(kernel.values[at * units + unit], given, 0, start + at));
  return written('sum', terms, bias.values[unit]);
}

function pooled(layer, given, place, form) {
  const [source] = given, [, width, maps] = source.shape;
  const at = placed(place, layer.shape), {rows, columns} = windowAt(layer, source, at);
  const terms = [];
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0]; column < columns[1]; column++) {
      terms.push(plain(given, 0, (row * width + column) * maps + at.map));
    }
  }
  return written(form, terms);
}

function overall(layer, given, place, form) {
  const [height, width, maps] = given[0].shape, map = place % maps;
  const terms = Array.from({length: height * width}, (_, cell) => plain(given, 0, cell * maps + map));
  return written(form, terms);
}

function scaled(layer, given, place) {
  const {factor, offset} = layer.arrays, map = place % factor.values.length;
  return written('sum', [times(factor.values[map], given, 0, place)], offset.values[map]);
}

function rectified(layer, given, place) {
  const value = given[0].values[place], {slope: learned} = layer.arrays, {most} = layer.settings;
  const own = learned ? learned.values[broadcast(place, layer.shape, learned.shape)] : layer.settings.slope;
  const part = Math.min(value > 0 ? value : own * value, most ?? Infinity);
  return written('sum', [{weight: value > 0 ? 1 : own, value, part, input: 0, from: place}]);
}

/** The place in an array that is stretched over a larger shape. */
function broadcast(place, shape, small) {
  const [, width, maps] = grid(shape), [high, wide, deep] = grid(small);
  const cell = Math.floor(place / maps);
  const row = Math.floor(cell / width) % high, column = (cell % width) % wide;
  return (row * wide + column) * deep + (place % maps) % deep;
}

function moved(layer, given, place, sign) {
  const {row, column, map} = placed(place, layer.shape), [height, width, maps] = given[0].shape;
  const [[top], [left]] = layer.settings.around;
  const [from, over] = [row + sign * top, column + sign * left];
  if (from < 0 || over < 0 || from >= height || over >= width) {
    return {form: 'copy', terms: [], bias: null, before: 0};
  }
  return copied(given, 0, (from * width + over) * maps + map);
}

function enlarged(layer, given, place) {
  const {row, column, map} = placed(place, layer.shape), [, width, maps] = given[0].shape;
  const [down, across] = layer.settings.size;
  return copied(given, 0, (Math.floor(row / down) * width + Math.floor(column / across)) * maps + map);
}

function permuted(layer, given, place) {
  const {shape} = given[0], {order} = layer.settings;
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, side) => size * side, 1));
  let rest = place, from = 0;
  for (let axis = layer.shape.length - 1; axis >= 0; axis--) {
    from += (rest % layer.shape[axis]) * steps[order[axis] - 1];
    rest = Math.floor(rest / layer.shape[axis]);
  }
  return copied(given, 0, from);
}

function concatenated(layer, given, place) {
  const whole = layer.shape.at(-1), cell = Math.floor(place / whole);
  let map = place % whole, input = 0;
  while (map >= given[input].shape.at(-1)) map -= given[input++].shape.at(-1);
  return copied(given, input, cell * given[input].shape.at(-1) + map);
}

function merged(given, place, form) {
  return written(form, given.map((source, input) => plain(given, input, stretched(source, given, place))));
}

function subtracted(layer, given, place) {
  const terms = given.map((source, input) => times(input ? -1 : 1, given, input, stretched(source, given, place)));
  return written('sum', terms);
}

/** The place in one of several inputs, of which some may be smaller than the output. */
function stretched(source, given, place) {
  const size = ({values}) => values.length;
  const largest = given.reduce((one, other) => (size(other) > size(one) ? other : one));
  return size(source) === size(largest) ? place : broadcast(place, largest.shape, source.shape);
}
