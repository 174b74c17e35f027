/** What you see, and what it gets: a grid of numbers, unrolled into one long line. */

import {element} from '../elements.js';
import {onArrows, onPointing} from '../inside/controls.js';

const AROUND = 3; // cells to each side of the one under the glass
const ROW = 130; // milliseconds that a row takes to its place in the line
const GAP = 26; // CSS pixels between the grid and the line
const LINE = 30; // the height of the line
const NAMES = ['red', 'green', 'blue'];

export class Grid {
  constructor(scene) {
    const {words, spec} = scene, [height, width, channels] = spec.shape;
    Object.assign(this, {scene, height, width, channels, rows: 0, at: null, timer: null});
    this.canvas = element('canvas', {tabindex: '0', role: 'application', 'aria-label': words.how, class: 'numbers'});
    this.glass = element('div', {class: 'glass', 'aria-hidden': 'true'});
    this.cells = Array.from({length: (2 * AROUND + 1) ** 2}, () => element('span', {}));
    this.glass.append(...this.cells);
    this.said = element('p', {class: 'said', 'aria-live': 'polite'});
    this.unroll = this.#button(words.unroll, () => this.#play());
    this.next = this.#button(words.next_row, () => this.#step());
    this.count = element('p', {class: 'count', 'aria-live': 'polite'});
    this.root = element('div', {class: 'grid-step'}, this.canvas,
      element('div', {class: 'beside-grid'}, this.glass, this.said,
        element('div', {class: 'buttons'}, this.unroll, this.next), this.count));
    this.strip = document.createElement('canvas'); // the picture, a pixel a pixel
    onPointing(this.canvas, (x, y) => this.#pointed(x, y));
    onArrows(this.canvas, (down, across) => this.#move(down, across));
    this.resized = new ResizeObserver(() => this.#draw());
    this.resized.observe(this.canvas);
  }

  #button(label, act) {
    const made = element('button', {type: 'button'}, label);
    made.onclick = act;
    return made;
  }

  show(levels) {
    this.levels = levels;
    this.scene.paint(this.strip, levels);
    if (!this.touched) this.at = this.#strong();
    this.#look();
  }

  /** A pixel that is as strong as any, near the middle: there is something to read. */
  #strong() {
    const {height, width, channels, levels} = this, most = Math.max(...levels);
    let best = [height >> 1, width >> 1], least = Infinity;
    for (let at = 0; at < height * width; at++) {
      if (levels[at * channels] < most) continue;
      const place = [Math.floor(at / width), at % width];
      const far = Math.hypot(place[0] - height / 2, place[1] - width / 2);
      if (far < least) [best, least] = [place, far];
    }
    return best;
  }

  #valueAt(row, column) {
    const {width, channels, levels} = this, start = (row * width + column) * channels;
    return [...levels.subarray(start, start + channels)];
  }

  /** Show the cell under the pointer and its neighbors, with their numbers. */
  #look() {
    const {scene, height, width, channels} = this, {words} = scene, [row, column] = this.at, side = 2 * AROUND + 1;
    const given = scene.scales.ink;
    this.cells.forEach((cell, place) => {
      const [down, across] = [row - AROUND + Math.floor(place / side), column - AROUND + (place % side)];
      const inside = down >= 0 && across >= 0 && down < height && across < width;
      const values = inside ? this.#valueAt(down, across) : [];
      cell.textContent = channels === 1 ? values.join('') : '';
      const color = channels === 1 && scene.spec.is_ink ? css(given[values[0] ?? 0]) : rgb(values);
      cell.style.background = inside ? color : 'none';
      cell.style.color = readable(cell.style.background);
    });
    const values = this.#valueAt(row, column);
    const value = channels === 1 ? values[0]
      : values.map((one, channel) => `${scene.words[NAMES[channel]] ?? channel + 1} ${one}`).join(', ');
    const first = (row * width + column) * channels + 1;
    this.said.textContent = scene.say(this.rows ? words.feature : words.cell, {
      row: row + 1, column: column + 1, value: String(value), feature: first,
    });
    this.#draw();
  }

  #pointed(x, y) {
    const {cell, left, lineTop} = this.measures, across = x * this.measures.width, down = y * this.measures.high;
    const [height, width] = [this.height, this.width];
    let row = Math.floor(down / cell), column = Math.floor((across - left) / cell);
    if (down >= lineTop) {
      const place = Math.min(Math.floor(x * height * width), height * width - 1);
      [row, column] = [Math.floor(place / width), place % width];
      if (row >= this.rows) return;
    }
    if (row < 0 || column < 0 || row >= height || column >= width) return;
    this.at = [row, column];
    this.touched = true;
    this.#look();
  }

  #move(down, across) {
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    this.touched = true;
    this.at = [within(this.at[0] + down, this.height), within(this.at[1] + across, this.width)];
    this.#look();
  }

  /** Unroll row by row, or take it back; at once for whoever prefers no motion. */
  #play() {
    if (this.timer) {
      this.#stop();
      return;
    }
    if (this.rows >= this.height) this.#set(0);
    else if (this.scene.isStill) this.#set(this.height);
    else {
      let before = null;
      const frame = (time) => {
        if (!this.root.isConnected) return;
        if (before !== null) this.#set(Math.min(this.rows + (time - before) / ROW, this.height));
        before = time;
        this.timer = this.rows < this.height ? requestAnimationFrame(frame) : null;
        if (!this.timer) this.#set(this.height);
      };
      this.timer = requestAnimationFrame(frame);
      this.#set(this.rows);
    }
  }

  #step() {
    this.#stop();
    this.#set(this.rows >= this.height ? 0 : Math.floor(this.rows) + 1);
  }

  #stop() {
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.#set(Math.round(this.rows));
  }

  #set(rows) {
    const {words} = this.scene, whole = Math.floor(rows), features = whole * this.width * this.channels;
    this.rows = rows;
    this.unroll.textContent = this.timer ? words.stop : rows >= this.height ? words.roll_up : words.unroll;
    const said = whole ? this.scene.say(words.count, {features, total: this.scene.data.features, rows: whole}) : '';
    if (this.count.textContent !== said) this.count.textContent = said;
    this.root.dataset.rows = whole;
    this.#draw();
  }

  /** The grid, of which some rows have moved into the line below. */
  #draw() {
    const {canvas, levels, height, width, strip, rows} = this, density = devicePixelRatio || 1;
    const wide = canvas.clientWidth, high = canvas.clientHeight;
    if (!wide || !levels) return;
    const cell = Math.min(wide / width, (high - GAP - LINE) / height), left = 1;
    const lineTop = high - LINE;
    this.measures = {cell, left, lineTop, width: wide, high};
    if (canvas.width !== Math.round(wide * density)) canvas.width = Math.round(wide * density);
    if (canvas.height !== Math.round(high * density)) canvas.height = Math.round(high * density);
    const context = canvas.getContext('2d'), given = getComputedStyle(this.root);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, wide, high);
    context.imageSmoothingEnabled = false;
    context.strokeStyle = given.getPropertyValue('--st-border-color');
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, -0.5, cell * width + 1, cell * height + 1);
    context.strokeRect(0.5, lineTop + 0.5, wide - 1, LINE - 1);
    const segment = wide / height;
    for (let row = height - 1; row >= 0; row--) {
      const way = Math.min(Math.max(rows - row, 0), 1), gone = way * way * (3 - 2 * way);
      const between = (from, to) => from + (to - from) * gone;
      const [x, y] = [between(left, row * segment), between(row * cell, lineTop + 1)];
      context.drawImage(strip, 0, row, width, 1, x, y, between(cell * width, segment), between(cell, LINE - 2));
    }
    this.#numbers(context, cell, left);
    this.#mark(context, cell, left, lineTop, segment);
  }

  /** The numbers themselves, where there is room for them. */
  #numbers(context, cell, left) {
    const {height, width, channels, rows, scene} = this;
    if (cell < 17 || channels > 1) return;
    context.font = `${Math.floor(cell * 0.46)}px ${getComputedStyle(this.root).fontFamily}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (let row = Math.ceil(rows); row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [level] = this.#valueAt(row, column);
        const back = scene.spec.is_ink ? css(scene.scales.ink[level]) : rgb([level]);
        context.fillStyle = readable(back);
        context.globalAlpha = level ? 1 : 0.45;
        context.fillText(level, left + (column + 0.5) * cell, (row + 0.5) * cell);
      }
    }
    context.globalAlpha = 1;
  }

  /** Frame the cell that is looked at, where it is now. */
  #mark(context, cell, left, lineTop, segment) {
    const [row, column] = this.at, {width, rows} = this;
    context.strokeStyle = getComputedStyle(this.root).getPropertyValue('--st-primary-color');
    context.lineWidth = 2;
    if (rows >= row + 1) {
      const part = segment / width;
      context.strokeRect(row * segment + column * part - 2, lineTop - 3, part + 4, LINE + 5);
    } else context.strokeRect(left + column * cell, row * cell, cell, cell);
  }

  close() {
    cancelAnimationFrame(this.timer);
    this.resized.disconnect();
  }
}

/** A pixel as CSS has it. */
function css(pixel) {
  return `rgb(${pixel & 255}, ${(pixel >> 8) & 255}, ${(pixel >> 16) & 255})`;
}

function rgb(values) {
  const [red = 0, green = red, blue = red] = values;
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Black or white, whichever has more contrast: 4.5 to 1 at least; see WCAG 2.2, "relative luminance". */
function readable(color) {
  const [red = 1, green = 1, blue = 1] = (color.match(/\d+/g) ?? []).map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}
