/** Controls of the view, and a picture that can be pointed at. */

import {element} from '../elements.js';

/** A few choices side by side, one of which is taken. */
export class Choice {
  /**
   * @param {string} label what is chosen.
   * @param {Array<[string, string]>} options the value and the words of each.
   * @param {(value: string) => void} changed
   */
  constructor(label, options, changed) {
    this.value = options[0][0];
    this.buttons = options.map(([value, words]) => {
      const button = element('button', {type: 'button', 'aria-pressed': value === this.value}, words);
      button.onclick = () => {
        this.set(value);
        changed(value);
      };
      return [value, button];
    });
    this.root = element('div', {class: 'choice', role: 'group', 'aria-label': label},
      element('span', {class: 'what'}, label), ...this.buttons.map(([, button]) => button));
  }

  set(value) {
    this.value = value;
    this.buttons.forEach(([own, button]) => button.setAttribute('aria-pressed', own === value));
  }
}

/** Frames over a picture, in shares of its size. */
export class Framed {
  constructor(canvas, ...kinds) {
    this.canvas = canvas;
    this.frames = kinds.map((kind) => element('span', {class: `box ${kind}`, 'aria-hidden': 'true'}));
    this.root = element('div', {class: 'framed'}, canvas, ...this.frames);
  }

  /** Move a frame; null hides it. */
  frame(number, box) {
    const {style} = this.frames[number];
    this.frames[number].hidden = box === null;
    if (box === null) return;
    for (const side of ['left', 'top', 'width', 'height']) style[side] = `${100 * box[side]}%`;
  }

  /** Frame some rows and columns, [from, to), of a grid. */
  cells(number, rows, columns, [height, width]) {
    this.frame(number, rows[1] <= rows[0] || columns[1] <= columns[0] ? null : {
      left: columns[0] / width, width: (columns[1] - columns[0]) / width,
      top: rows[0] / height, height: (rows[1] - rows[0]) / height,
    });
  }
}

/**
 * Tell where a picture is pointed at, in shares of its width and height.
 *
 * @param {HTMLElement} target
 * @param {(x: number, y: number, pressed: boolean) => void} pointed
 */
export function onPointing(target, pointed) {
  const tell = (event) => {
    const box = target.getBoundingClientRect();
    pointed((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height,
      event.type === 'pointerdown');
  };
  target.addEventListener('pointermove', tell);
  target.addEventListener('pointerdown', tell);
}

const STEPS = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};

/** Tell when arrow keys ask for a move, by rows and columns. */
export function onArrows(target, moved) {
  target.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrow keys turn images
    moved(...step);
  });
}
