/** Play: the window moves over its input, until somebody stops it. */

import {element} from '../elements.js';

const PAUSE = 90; // milliseconds at a position

export class Slide {
  constructor(words, next, pause = PAUSE) {
    Object.assign(this, {words, next, pause});
    this.still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.root = element('button', {type: 'button', class: 'play'}, this.still ? words.step : words.play);
    // Whoever wants no motion takes one step at a time.
    this.root.onclick = () => {
      if (this.still) next();
      else if (this.timer) this.stop();
      else this.#start();
    };
  }

  #start() {
    this.root.textContent = this.words.stop;
    this.timer = setInterval(() => (this.root.isConnected ? this.next() : this.stop()), this.pause);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (!this.still) this.root.textContent = this.words.play;
  }
}
