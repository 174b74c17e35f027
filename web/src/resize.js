/** Images -> the size a network takes, to the gray level as Pillow resizes them for Python (bicubic). */

const BITS = 22; // of the fraction of a weight, as in Pillow
const REACH = 2; // of the cubic, pixels

/**
 * Resize an image as `PIL.Image.resize` does with `Resampling.BICUBIC`: first across, then down.
 *
 * @param {{data: Uint8Array, width: number, height: number, channels: number}} image levels, row by
 *     row, the channels of a pixel side by side.
 * @param {number} width of the result, pixels.
 * @param {number} height of the result, pixels.
 * @return {{data: Uint8Array, width: number, height: number, channels: number}}
 */
export function resized(image, width, height) {
  return down(across(image, width), height);
}

/**
 * The levels of a picture, opaque: all of its colors, or one gray as `PIL.Image.convert("L")`.
 *
 * @param {Uint8ClampedArray} rgba four levels a pixel.
 * @param {number} channels 1 or 3.
 */
export function levels(rgba, channels) {
  const data = new Uint8Array((rgba.length / 4) * channels);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const red = rgba[from], green = rgba[from + 1], blue = rgba[from + 2];
    if (channels === 1) data[to++] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    else {
      data[to++] = red;
      data[to++] = green;
      data[to++] = blue;
    }
  }
  return data;
}

/**
 * Fit a framed drawing to a network, as `ink_to_image` of `pipeline/ink/drawing.py`.
 *
 * @param {Uint8Array} ink size × size gray levels.
 * @param {number} size its side.
 * @param {number[]} shape of the network's input: height, width, channels.
 * @return {Uint8Array} gray levels, all channels the same.
 */
export function inkToImage(ink, size, [height, width, channels]) {
  const {data} = resized({data: ink, width: size, height: size, channels: 1}, width, height);
  if (channels === 1) return data;
  const image = new Uint8Array(data.length * channels);
  data.forEach((level, at) => image.fill(level, at * channels, (at + 1) * channels));
  return image;
}

function across({data, width, height, channels}, wanted) {
  if (wanted === width) return {data, width, height, channels};
  const found = new Uint8Array(wanted * height * channels);
  const taps = weights(width, wanted);
  for (let row = 0, to = 0; row < height; row++) {
    for (const {first, shares} of taps) {
      for (let channel = 0; channel < channels; channel++) {
        let from = (row * width + first) * channels + channel, sum = 1 << (BITS - 1);
        for (const share of shares) {
          sum += data[from] * share;
          from += channels;
        }
        found[to++] = clipped(sum >> BITS);
      }
    }
  }
  return {data: found, width: wanted, height, channels};
}

function down({data, width, height, channels}, wanted) {
  if (wanted === height) return {data, width, height, channels};
  const line = width * channels;
  const found = new Uint8Array(wanted * line);
  weights(height, wanted).forEach(({first, shares}, row) => {
    for (let at = 0; at < line; at++) {
      let from = first * line + at, sum = 1 << (BITS - 1);
      for (const share of shares) {
        sum += data[from] * share;
        from += line;
      }
      found[row * line + at] = clipped(sum >> BITS);
    }
  });
  return {data: found, width, height: wanted, channels};
}

/** What each new pixel takes of the old ones: the first of them, and their shares as integers. */
function weights(old, wanted) {
  const step = old / wanted;
  const wider = Math.max(step, 1); // made smaller, a pixel gathers more of the old ones
  const reach = REACH * wider;
  return Array.from({length: wanted}, (_, place) => {
    const center = (place + 0.5) * step;
    const first = Math.max(Math.trunc(center - reach + 0.5), 0);
    const end = Math.min(Math.trunc(center + reach + 0.5), old);
    const raw = Array.from({length: end - first},
      (_, at) => cubic((at + first - center + 0.5) * (1 / wider)));
    const sum = raw.reduce((total, share) => total + share, 0);
    const shares = Int32Array.from(raw, (share) => {
      const scaled = (sum === 0 ? share : share / sum) * (1 << BITS);
      return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    });
    return {first, shares};
  });
}

/** The cubic of Keys (1981) with a = -0.5. */
function cubic(distance) {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

function clipped(level) {
  return level < 0 ? 0 : level > 255 ? 255 : level;
}
