/** What the layers of a network compute: a picture per layer. */

import {element} from './elements.js';

const GAP = 2; // pixels of paper between two maps
const CELL = 16; // CSS pixels of a unit in a short layer

/** The maps of one layer side by side, as `dashboard/images.py` lays them out. */
export class LayerMaps {
  constructor(layer) {
    const [height, width, count] = layer.shape.length === 3 ? layer.shape : [1, 1, layer.shape[0]];
    this.size = {height, width, count, gap: height > 1 ? GAP : 0};
    this.columns = layer.columns;
    const across = this.columns * (width + this.size.gap) - this.size.gap;
    const down = Math.ceil(count / this.columns) * (height + this.size.gap) - this.size.gap;
    this.canvas = element('canvas', {
      width: across, height: down, role: 'img', 'aria-label': layer.alt,
    });
    this.canvas.style.aspectRatio = `${across} / ${down}`;
    if (height === 1 && count === this.columns) this.canvas.style.maxWidth = `${CELL * count}px`;
    this.context = this.canvas.getContext('2d');
    this.image = this.context.createImageData(across, down);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.figure = element('figure', {},
      element('figcaption', {}, element('b', {}, layer.name), ` · ${layer.gives} · ${layer.does}`),
      this.canvas);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  show(values, scale) {
    const {height, width, count, gap} = this.size;
    let peak = 0;
    for (const value of values) if (value > peak) peak = value;
    const factor = peak > 0 ? 255 / peak : 0;
    const across = this.canvas.width;
    for (let map = 0; map < count; map++) {
      const top = Math.floor(map / this.columns) * (height + gap);
      const left = (map % this.columns) * (width + gap);
      for (let y = 0; y < height; y++) {
        let to = (top + y) * across + left, from = y * width * count + map;
        for (let x = 0; x < width; x++, from += count) {
          const level = values[from] * factor;
          this.pixels[to++] = scale[level > 0 ? Math.round(level) : 0];
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }
}
