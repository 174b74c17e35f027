/** A small line chart, with its numbers in a table behind it. */

import {element} from '../elements.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 270, HEIGHT = 195; // its letters are as large as those beside it
const EDGES = {left: 52, right: 14, top: 8, bottom: 38};
const DASHES = ['none', '9 4', '2 4']; // lines are not told apart by color alone

export class Lines {
  /**
   * @param {object} scene see `scene.js`.
   * @param {{title: string, ticks: [number, string][]}} x, y the axes; they reach from the first tick
   *     to the last one.
   */
  constructor(scene, x, y) {
    Object.assign(this, {scene, x, y});
    this.drawing = svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img'});
    this.marker = svg('line', {class: 'marker', y1: EDGES.top, y2: HEIGHT - EDGES.bottom});
    this.table = element('table', {});
    this.legend = element('p', {class: 'keys', 'aria-hidden': 'true'});
    this.root = element('div', {class: 'lines'}, this.legend, this.drawing, element('details', {},
      element('summary', {}, scene.words.numbers), element('div', {class: 'rows'}, this.table)));
  }

  /**
   * @param {{name: string, points: number[][], spans: ?number[][]}[]} series lines with what surrounds
   *     them, (low, high) for each point.
   * @param {string} label what the chart shows, in a sentence.
   * @param {(value: number) => string} written a value of the second axis.
   */
  show(series, label, written) {
    const known = getComputedStyle(this.root).getPropertyValue('--st-chart-categorical-colors').split(',');
    const colors = series.map((_, at) => known[at % known.length].trim() || 'currentColor');
    const ends = series.filter(({points}) => points.length).map(({name, points}) => `${name}: ${written(points[0][1])} → ${written(points.at(-1)[1])}`);
    this.drawing.setAttribute('aria-label', `${label}. ${ends.join('; ')}`);
    this.drawing.replaceChildren(...this.#axes(), this.marker, ...series.flatMap((one, at) => this.#line(one, at, colors[at])));
    this.legend.hidden = series.length < 2;
    this.legend.replaceChildren(...series.map(({name}, at) => element('span', {}, sample(at, colors[at]), name)));
    this.#fill(series, label, written);
  }

  /** Mark a place of the first axis. */
  mark(value) {
    const at = this.#across(value);
    this.marker.setAttribute('x1', at);
    this.marker.setAttribute('x2', at);
  }

  #across(value) {
    const [low, high] = ends(this.x);
    return EDGES.left + ((WIDTH - EDGES.left - EDGES.right) * (value - low)) / (high - low);
  }

  #down(value) {
    const [low, high] = ends(this.y);
    return HEIGHT - EDGES.bottom - ((HEIGHT - EDGES.top - EDGES.bottom) * (value - low)) / (high - low);
  }

  #axes() {
    const {x, y} = this, right = WIDTH - EDGES.right, bottom = HEIGHT - EDGES.bottom;
    return [
      ...y.ticks.flatMap(([value, said]) => [
        svg('line', {class: 'grid', x1: EDGES.left, x2: right, y1: this.#down(value), y2: this.#down(value)}),
        text(said, {x: EDGES.left - 7, y: this.#down(value) + 4, 'text-anchor': 'end'}),
      ]),
      ...x.ticks.map(([value, said]) => text(said, {x: this.#across(value), y: bottom + 16, 'text-anchor': 'middle'})),
      text(x.title, {x: (EDGES.left + right) / 2, y: HEIGHT - 4, 'text-anchor': 'middle'}),
      text(y.title, {
        x: 0, y: 0, 'text-anchor': 'middle', transform: `translate(10 ${(EDGES.top + bottom) / 2}) rotate(-90)`,
      }),
    ];
  }

  #line({points, spans}, at, color) {
    const path = (places) => places.map(([x, y]) => `${this.#across(x)},${this.#down(y)}`).join(' ');
    const line = svg('polyline', {points: path(points), stroke: color, 'stroke-dasharray': DASHES[at % DASHES.length]});
    if (!spans) return [line];
    const edge = (side) => points.map(([x], place) => [x, spans[place][side]]);
    return [svg('polygon', {points: path([...edge(0), ...edge(1).reverse()]), fill: color}), line];
  }

  #fill(series, label, written) {
    const head = [this.x.title, ...series.map(({name}) => name)];
    const rows = series[0].points.map(([x], at) => [
      this.scene.number(x, Number.isInteger(x) ? 0 : 2),
      ...series.map(({points, spans}) => written(points[at][1])
        + (spans ? ` (${written(spans[at][0])} – ${written(spans[at][1])})` : '')),
    ]);
    this.table.replaceChildren(element('caption', {}, label),
      element('thead', {}, element('tr', {}, ...head.map((name) => element('th', {scope: 'col'}, name)))),
      element('tbody', {}, ...rows.map(([first, ...others]) => element('tr', {},
        element('th', {scope: 'row'}, first), ...others.map((value) => element('td', {}, value))))));
  }
}

function ends({ticks}) {
  return [ticks[0][0], ticks.at(-1)[0]];
}

/** A piece of a line, to tell which it is. */
function sample(at, color) {
  const made = svg('svg', {viewBox: '0 0 28 8', class: 'key'});
  made.append(svg('polyline', {points: '0,4 28,4', stroke: color, 'stroke-dasharray': DASHES[at % DASHES.length]}));
  return made;
}

function text(said, attributes) {
  const made = svg('text', attributes);
  made.textContent = said;
  return made;
}

function svg(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
