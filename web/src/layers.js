/** What the layers of a network compute: a picture per layer. */

import {element} from './elements.js';
import {filled} from './words.js';

const GAP = 2; // pixels of paper between two maps
const CELL = 16; // CSS pixels of a unit in a short layer

/** Maps side by side in one picture, as `dashboard/images.py` lays them out. */
export class Mosaic {
  /**
   * @param {{shape: number[], columns: number, alt: string, gap: ?number, zoom: ?number}} layer the shape of what
   *     is shown: (height, width, maps) or (units,); how many maps go side by side; what it is;
   *     and how many pixels wide each of its values is.
   */
  constructor({shape, columns, alt, gap, zoom = 1}) {
    const count = shape.at(-1);
    const [rows, cells] = shape.length === 3 ? shape : [1, shape.length === 2 ? shape[0] : 1];
    const [height, width] = [rows * zoom, cells * zoom];
    this.zoom = zoom;
    this.size = {height, width, count, gap: gap ?? (height > 1 ? GAP : 0)};
    this.columns = columns;
    const across = columns * (width + this.size.gap) - this.size.gap;
    const down = Math.ceil(count / columns) * (height + this.size.gap) - this.size.gap;
    this.canvas = element('canvas', {width: across, height: down, role: 'img', 'aria-label': alt});
    this.canvas.style.aspectRatio = `${across} / ${down}`;
    this.context = this.canvas.getContext('2d');
    this.image = this.context.createImageData(across, down);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /**
   * @param {ArrayLike<number>} values of all maps, (height, width, maps) row by row.
   * @param {Uint32Array} scale 256 colors, from nothing to most; or from negative to positive.
   * @param {{signed: ?boolean, each: ?boolean, order: ?number[]}} how whether the middle of the
   *     scale is zero; whether every map has its own scale; which map comes where.
   */
  show(values, scale, {signed = false, each = false, order = null} = {}) {
    const {height, width, count, gap} = this.size, {zoom} = this;
    const [middle, reach] = signed ? [127.5, 127.5] : [0, 255];
    const overall = each ? 0 : largest(values, 0, 1, signed);
    const across = this.canvas.width;
    for (let place = 0; place < count; place++) {
      const map = order ? order[place] : place;
      const peak = each ? largest(values, map, count, signed) : overall;
      const factor = peak > 0 ? reach / peak : 0;
      const top = Math.floor(place / this.columns) * (height + gap);
      const left = (place % this.columns) * (width + gap);
      for (let y = 0; y < height; y++) {
        let to = (top + y) * across + left, from = Math.floor(y / zoom) * (width / zoom) * count + map;
        for (let x = 0; x < width; from += count) {
          const level = middle + values[from] * factor, color = scale[level > 0 ? Math.round(level) : 0];
          for (const end = x + zoom; x < end; x++) this.pixels[to++] = color;
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /** Where a map is in the picture, in shares of its width and height. */
  boxOf(place) {
    const {height, width, gap} = this.size, {width: across, height: down} = this.canvas;
    const left = (place % this.columns) * (width + gap);
    const top = Math.floor(place / this.columns) * (height + gap);
    return {left: left / across, top: top / down, width: width / across, height: height / down};
  }

  /** Which map is at a point, in shares of the picture; null if none is. */
  at(x, y) {
    const {height, width, count, gap} = this.size;
    const column = Math.floor((x * this.canvas.width) / (width + gap));
    const row = Math.floor((y * this.canvas.height) / (height + gap));
    const place = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && place < count ? place : null;
  }
}

/** How many maps of a size go side by side, so that all are about so many times as high as wide. */
export function acrossOf(height, width, maps, tall) {
  let best = 1, least = Infinity;
  for (let columns = 1; columns <= maps; columns++) {
    const rows = Math.ceil(maps / columns);
    const far = Math.abs(Math.log((rows * (height + GAP)) / (columns * (width + GAP)) / tall));
    if (far < least) [best, least] = [columns, far];
  }
  return best;
}

/** The largest of some values, or of their sizes. */
export function largest(values, start, step, signed) {
  let peak = 0;
  for (let at = start; at < values.length; at += step) {
    const value = signed ? Math.abs(values[at]) : values[at];
    if (value > peak) peak = value;
  }
  return peak;
}

/** The maps of one layer with its name. */
export class LayerMaps {
  constructor(layer) {
    this.alt = layer.alt;
    this.mosaic = new Mosaic(layer);
    const {canvas, size, columns} = this.mosaic;
    if (size.height === 1 && size.count === columns) canvas.style.maxWidth = `${CELL * size.count}px`;
    this.figure = element('figure', {},
      element('figcaption', {}, element('b', {}, layer.name), ` · ${layer.gives} · ${layer.does}`),
      canvas);
  }

  clear() {
    this.mosaic.clear();
  }

  show(values, scale) {
    this.mosaic.show(values, scale);
  }

  /** Say which map or unit is the strongest, for those who do not see it. */
  tell(values, words) {
    let best = 0;
    values.forEach((value, at) => { if (value > values[best]) best = at; });
    const place = (best % this.mosaic.size.count) + 1;
    const said = filled(values[best] > 0 ? words.strongest : words.silent, {output: this.alt, place});
    this.mosaic.canvas.setAttribute('aria-label', said);
  }
}
