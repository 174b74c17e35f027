/** Pictures of numbers that may be negative: red above zero, blue and striped below it. */

import {element} from '../elements.js';

const FAINT = 0.06; // of the largest: what is weaker has no stripes
const LINES = 4; // of a cell, at most: every second one of a negative cell is lighter

/**
 * Paint values as cells; stripes tell negative from positive without color.
 *
 * @param {HTMLCanvasElement} canvas takes as many pixels as it has on the screen.
 * @param {ArrayLike<number>} values row by row.
 * @param {number[]} shape (height, width).
 * @param {Uint32Array} scale 256 pixels from negative to positive.
 * @param {number} peak the size of a value that gets the strongest color.
 */
export function paintSigned(canvas, values, [height, width], scale, peak) {
  const across = canvas.clientWidth * (devicePixelRatio || 1);
  const zoom = Math.max(2, Math.round(across / width));
  if (canvas.width !== width * zoom || canvas.height !== height * zoom) {
    [canvas.width, canvas.height] = [width * zoom, height * zoom];
  }
  const context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer), factor = peak > 0 ? 127.5 / peak : 0;
  const stripe = Math.max(1, Math.round(zoom / LINES));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column];
      const plain = scale[levelOf(127.5 + value * factor)];
      const lighter = value < -FAINT * peak ? scale[levelOf(127.5 + 0.45 * value * factor)] : plain;
      for (let down = 0; down < zoom; down++) {
        const color = Math.floor(down / stripe) % 2 ? lighter : plain;
        const start = (row * zoom + down) * canvas.width + column * zoom;
        pixels.fill(color, start, start + zoom);
      }
    }
  }
  context.putImageData(image, 0, 0);
}

function levelOf(level) {
  return Math.round(Math.min(Math.max(level, 0), 255));
}

/** The size of the largest of some values. */
export function peakOf(values) {
  return values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
}

/**
 * Draw the outline of what is in a picture over cells.
 *
 * @param {HTMLCanvasElement} canvas painted by `paintSigned`.
 * @param {ArrayLike<number>} given one value in [0, 1] a pixel.
 * @param {number[]} shape (height, width).
 * @param {string} color
 */
export function outline(canvas, given, [height, width], color) {
  const zoom = canvas.width / width, context = canvas.getContext('2d');
  const inked = (row, column) => row >= 0 && column >= 0 && row < height && column < width
    && given[row * width + column] >= 0.5;
  context.strokeStyle = color;
  context.lineWidth = Math.max(1.5, zoom / 4);
  context.beginPath();
  for (let row = 0; row <= height; row++) {
    for (let column = 0; column <= width; column++) {
      const here = inked(row, column);
      if (here !== inked(row - 1, column)) {
        context.moveTo(column * zoom, row * zoom);
        context.lineTo((column + 1) * zoom, row * zoom);
      }
      if (here !== inked(row, column - 1)) {
        context.moveTo(column * zoom, row * zoom);
        context.lineTo(column * zoom, (row + 1) * zoom);
      }
    }
  }
  context.stroke();
}

/** A canvas with its caption. */
export function picture(caption, kind = '') {
  const canvas = element('canvas', {role: 'img', 'aria-label': caption});
  return {canvas, figure: element('figure', {class: kind}, canvas, element('figcaption', {}, caption))};
}
