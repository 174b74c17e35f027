/** The square to draw on: mouse, pen, finger or keyboard -> strokes. */

export const SIDE = 280; // the unit of a stroke's points: the square is this wide and high
const PEN = 16;
const NEAREST = 0.7; // points closer together than this add nothing
const STEP = 7; // how far an arrow key moves the pen

export class Surface {
  /**
   * @param {HTMLCanvasElement} canvas what to draw on.
   * @param {{moved: (time: number) => void, ended: () => void, full: () => void}} told called
   *     while the pen moves, with the event's time; when it is lifted, and after undo and clear;
   *     and when the pad is full.
   */
  constructor(canvas, told) {
    this.canvas = canvas;
    this.told = told;
    this.limits = {most_strokes: 0, most_points: 0}; // as `pipeline/ink/drawing.py` says
    this.strokes = [];
    this.full = false; // whether something was left out
    this.cleared = []; // what Clear took away, until something new is drawn
    this.pointer = null; // the pointer that draws
    this.keyboard = {x: SIDE / 2, y: SIDE / 2, down: false, shown: false};
    canvas.onpointerdown = (event) => this.#down(event);
    canvas.onpointermove = (event) => this.#move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.#up(event);
    canvas.onkeydown = (event) => this.#key(event);
    canvas.onblur = () => this.#leave();
    this.watcher = new ResizeObserver(() => this.paint());
    this.watcher.observe(canvas);
  }

  get empty() {
    return this.strokes.length === 0;
  }

  /** Whether the pen is on the paper. */
  get drawing() {
    return this.pointer !== null || this.keyboard.down;
  }

  get undoable() {
    return !this.empty || this.cleared.length > 0;
  }

  /** Undo the last stroke, or Clear. */
  undo() {
    if (this.pointer !== null) return; // the current stroke is not finished yet
    if (this.empty) [this.strokes, this.cleared] = [this.cleared, []];
    else this.strokes.pop();
    this.#changed();
  }

  clear() {
    if (this.pointer !== null) return;
    if (!this.empty) this.cleared = this.strokes;
    this.strokes = [];
    this.#changed();
  }

  close() {
    this.watcher.disconnect();
  }

  /** Draw everything again, in the colors of the page. */
  paint() {
    const {canvas} = this;
    const density = window.devicePixelRatio || 1;
    const pixels = Math.max(1, Math.round(canvas.clientWidth * density));
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    this.scale = pixels / SIDE;
    const context = canvas.getContext('2d');
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    this.strokes.forEach((stroke) => this.#line(context, stroke, 0));
    if (this.keyboard.shown) this.#cursor(context);
  }

  #line(context, stroke, from) {
    context.lineWidth = PEN;
    context.lineCap = context.lineJoin = 'round';
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.beginPath();
    const [first, ...others] = stroke.slice(from);
    context.moveTo(...first);
    if (others.length === 0) context.lineTo(...first); // a dot
    others.forEach((point) => context.lineTo(...point));
    context.stroke();
  }

  #cursor(context) {
    const {x, y, down} = this.keyboard;
    context.lineWidth = 2;
    context.strokeStyle = getComputedStyle(this.canvas).borderColor;
    context.beginPath();
    context.arc(x, y, PEN / 2, 0, 2 * Math.PI);
    if (!down) context.setLineDash([3, 3]);
    context.stroke();
    context.setLineDash([]);
  }

  #down(event) {
    if (this.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus({preventScroll: true});
    this.#leave();
    if (!this.#begin(this.#place(event), event.timeStamp)) return;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
  }

  #move(event) {
    if (event.pointerId !== this.pointer) return;
    // Between two frames a pen reports several points, which some browsers make available.
    const events = event.getCoalescedEvents?.() ?? [];
    (events.length ? events : [event]).forEach((part) => this.#extend(this.#place(part)));
    this.told.moved(event.timeStamp);
  }

  #up(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.told.ended();
  }

  /** Begin a stroke; returns whether it fits. */
  #begin(point, time) {
    if (!this.#fits(true)) return false;
    this.cleared = [];
    this.strokes.push([point]);
    this.#line(this.canvas.getContext('2d'), [point], 0);
    this.told.moved(time);
    return true;
  }

  #extend(point) {
    const stroke = this.strokes.at(-1);
    const [x, y] = stroke.at(-1);
    if (Math.hypot(point[0] - x, point[1] - y) < NEAREST || !this.#fits(false)) return;
    stroke.push(point);
    this.#line(this.canvas.getContext('2d'), stroke, stroke.length - 2);
  }

  /** Whether another point fits, and in a new stroke if one is to begin. */
  #fits(begins) {
    const points = this.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    this.full = points >= this.limits.most_points
      || (begins && this.strokes.length >= this.limits.most_strokes);
    if (this.full) this.told.full();
    return !this.full;
  }

  /** Where an event is on the square; points beyond its edge are moved to the edge. */
  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    const within = (share) => Math.round(Math.min(Math.max(share, 0), 1) * SIDE * 10) / 10;
    return [
      within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height),
    ];
  }

  #key(event) {
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const {keyboard} = this;
    if ((event.ctrlKey || event.metaKey) && event.key === 'z') this.undo();
    else if (event.key === 'Delete' || event.key === 'Escape') this.clear();
    else if (event.key in moves) this.#step(...moves[event.key], event.timeStamp);
    else if (event.key === ' ' || event.key === 'Enter') {
      keyboard.shown = true;
      const lifted = keyboard.down;
      keyboard.down = !lifted && this.#begin([keyboard.x, keyboard.y], event.timeStamp);
      if (lifted) this.told.ended();
      this.paint();
    } else return;
    event.preventDefault();
  }

  #step(right, down, time) {
    const {keyboard} = this;
    const within = (place) => Math.min(Math.max(place, 0), SIDE);
    keyboard.shown = true;
    keyboard.x = within(keyboard.x + STEP * right);
    keyboard.y = within(keyboard.y + STEP * down);
    if (keyboard.down) {
      this.#extend([keyboard.x, keyboard.y]);
      this.told.moved(time);
    }
    this.paint();
  }

  /** Lift the keyboard's pen and hide it. */
  #leave() {
    const drew = this.keyboard.down;
    this.keyboard.down = this.keyboard.shown = false;
    if (drew) this.told.ended();
    this.paint();
  }

  #changed() {
    this.keyboard.down = this.full = false;
    this.paint();
    this.told.ended();
  }
}
