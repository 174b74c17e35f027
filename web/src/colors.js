/** The scales of the page as pixels, and images in them. */

/**
 * @param {string} steps "#rrggbb" colors, separated by commas.
 * @return {Uint32Array} 256 pixels, first to last.
 */
export function scaleOf(steps) {
  const colors = steps.split(',').map((step) => {
    const number = parseInt(step.trim().slice(1), 16);
    return [number >> 16, (number >> 8) & 255, number & 255];
  });
  const pixels = new Uint8ClampedArray(4 * 256);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (colors.length - 1);
    const below = Math.min(Math.floor(place), colors.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [colors[below][channel], colors[below + 1][channel]];
      pixels[4 * level + channel] = from + (to - from) * (place - below);
    }
    pixels[4 * level + 3] = 255;
  }
  return new Uint32Array(pixels.buffer);
}

/**
 * Show an image: ink in the colors of the page, others in their own.
 *
 * @param {HTMLCanvasElement} canvas takes the image's size.
 * @param {?Uint8Array} levels row by row; null clears it.
 * @param {number[]} shape (height, width, channels).
 * @param {?Uint32Array} scale from paper to ink; null for images that are no ink.
 */
export function paintImage(canvas, levels, [height, width, channels], scale) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, width, height);
  if (levels === null) return;
  const pixels = context.createImageData(width, height);
  const colors = new Uint32Array(pixels.data.buffer);
  for (let at = 0, from = 0; at < colors.length; at++, from += channels) {
    colors[at] = scale ? scale[levels[from]] : color(levels, from, channels);
  }
  context.putImageData(pixels, 0, 0);
}

/** An opaque pixel, as canvases hold it. */
function color(image, from, channels) {
  const [red, green, blue] = channels === 3
    ? [image[from], image[from + 1], image[from + 2]] : Array(3).fill(image[from]);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const known = new Map(); // by their colors

/** The page's colors at an element, as `ink` and `diverging`; they change with its theme. */
export function scalesOf(root) {
  const given = getComputedStyle(root);
  const of = (name) => {
    const steps = given.getPropertyValue(`--st-chart-${name}-colors`);
    if (!known.has(steps)) known.set(steps, scaleOf(steps));
    return known.get(steps);
  };
  return {ink: of('sequential'), diverging: of('diverging')};
}
