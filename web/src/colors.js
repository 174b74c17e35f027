/** The sequential scale of the page, from paper to ink, as pixels. */

/**
 * @param {string} steps "#rrggbb" colors, separated by commas.
 * @return {Uint32Array} 256 pixels, least to most.
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
