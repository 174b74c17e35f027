/** A row of small pictures to choose one from, by click or arrow keys. */

import {element} from '../elements.js';

const STEPS = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1};

export class Choosing {
  /**
   * @param {string} label what is chosen.
   * @param {Array<{name: string, inside: HTMLElement[]}>} options what is read out of each, and what
   *     it looks like; text among that is read out, too, unless it is hidden from it.
   * @param {(at: number) => void} changed
   */
  constructor(label, options, changed) {
    this.changed = changed;
    this.buttons = options.map(({name, inside}, at) => {
      const button = element('button', {type: 'button', role: 'radio', tabindex: '-1', 'aria-checked': 'false'},
        element('span', {class: 'spoken'}, name), ...inside);
      button.onclick = () => this.#choose(at);
      button.onkeydown = (event) => this.#key(event, at);
      return button;
    });
    this.root = element('div', {class: 'choosing', role: 'radiogroup', 'aria-label': label}, ...this.buttons);
  }

  /** Mark one without telling. */
  mark(at) {
    this.buttons.forEach((button, own) => {
      button.setAttribute('aria-checked', String(own === at));
      button.tabIndex = own === at ? 0 : -1;
    });
  }

  #key(event, at) {
    const by = STEPS[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#choose((at + by + this.buttons.length) % this.buttons.length);
  }

  #choose(at) {
    this.mark(at);
    this.buttons[at].focus();
    this.changed(at);
  }
}
