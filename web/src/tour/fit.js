/** Presented, a step fills the screen below its words, and nothing of it is cut off. */

const NARROW = 720; // CSS pixels, as in `tour.css`: there the steps are scrolled
const LEAST = 9; // CSS pixels: no letter gets smaller than this; what then has no room is scrolled to
const STEPS = 0.95; // by how much letters shrink at a time
const GIVES = 0.7; // of the room: how far pictures give way before letters do

export class Fit {
  /**
   * @param {HTMLElement} root of the tour.
   * @param {HTMLElement} stage where its steps are: `--tall` is how high their pictures may be,
   *     `--fit` how large their letters are.
   */
  constructor(root, stage) {
    Object.assign(this, {root, stage});
    this.resized = () => this.begin();
    addEventListener('resize', this.resized);
  }

  /** Start anew: another step, or another screen. */
  begin() {
    this.share = 1;
    this.stage.style.removeProperty('--tall');
    this.stage.style.removeProperty('--fit');
    this.keep();
  }

  /** Make room for what has been added; nothing grows meanwhile, so that nothing jumps. */
  keep() {
    const {root, stage} = this;
    const isStage = root.hasAttribute('data-present') && root.clientWidth > NARROW;
    if (!isStage || !stage.clientWidth || stage.querySelector('details[open]')) return;
    const room = innerHeight - foot() - topOf(stage);
    if (this.share === 1 || this.#over(room) > 0) this.#shrink(room);
  }

  #shrink(room) {
    const normal = parseFloat(getComputedStyle(this.root).fontSize);
    for (; ; this.share *= STEPS) {
      this.stage.style.setProperty('--fit', this.share);
      this.#tall(room);
      const over = this.#over(room);
      if (over <= 0) return;
      this.#tall(Math.max(room - over, GIVES * room));
      if (this.#over(room) <= 0 || this.share * STEPS * normal < LEAST) return;
    }
  }

  #tall(pixels) {
    this.stage.style.setProperty('--tall', `${Math.max(pixels, 0)}px`);
  }

  /** By how many CSS pixels the step is too high. */
  #over(room) {
    const {top} = this.stage.getBoundingClientRect();
    const bottoms = Array.from(this.stage.children, (child) => child.getBoundingClientRect().bottom);
    return Math.ceil(Math.max(0, ...bottoms) - top - room);
  }

  close() {
    removeEventListener('resize', this.resized);
  }
}

/** The height that belongs to a presenter's buttons, in CSS pixels; see `presenter.css`. */
function foot() {
  const letter = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.max(1.1 * letter, 32) + 0.25 * letter + 4;
}

/** How far an element is from the top of the screen when nothing is scrolled. */
function topOf(element) {
  let {top} = element.getBoundingClientRect();
  for (let up = element; up; up = up.parentNode ?? up.host) top += up.scrollTop ?? 0;
  return top;
}
