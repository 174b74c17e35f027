/** Any image as it is, for networks that were not trained on ink. */

import {element} from './elements.js';
import {Panel} from './panel.js';
import {levels, resized} from './resize.js';
import {filled} from './words.js';

export class TryImage {
  /**
   * @param {HTMLElement} root where to build it.
   * @param {{script: string, compile: () => Promise<WebAssembly.Module>}} runtime
   * @param {Object<string, string>} words templates of sentences, from the spec.
   */
  constructor(root, runtime, words) {
    this.words = words;
    this.picture = null; // {rgba, width, height}
    this.panel = new Panel(runtime, words, (shape) => this.#image(shape));
    this.panel.settled = () => this.panel.speak();
    this.#build(root);
  }

  update(spec, blob) {
    const [height, width] = spec.shape;
    this.how.textContent = filled(this.words.how, {width, height});
    return this.panel.update(spec, blob);
  }

  #build(root) {
    const {words, panel} = this;
    this.chooser = element('input', {type: 'file', accept: 'image/*', class: 'spoken', id: 'inkling-file'});
    this.chooser.onchange = () => this.#open(this.chooser.files[0]);
    this.shown = element('img', {alt: '', hidden: ''});
    this.how = element('p', {id: 'inkling-how'});
    const target = element('label', {class: 'target', for: 'inkling-file'}, this.shown,
      element('span', {class: 'hint'}, element('b', {}, words.choose), element('br'), words.drop));
    panel.build(root, this.chooser, target, panel.status,
      element('figure', {class: 'sight'}, panel.seen, element('figcaption', {},
        element('b', {}, words.seen), this.how)));
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#open(event.dataTransfer.files[0]);
    });
    document.addEventListener('paste', (event) => this.#open(event.clipboardData.files[0]));
  }

  async #open(file) {
    if (!file) return;
    this.panel.pad.dataset.settled = 'false';
    try {
      this.picture = await pixelsOf(file);
    } catch {
      this.picture = null;
    }
    this.panel.say(this.picture ? '' : filled(this.words.unreadable, {name: file.name}));
    URL.revokeObjectURL(this.shown.src);
    this.shown.alt = file.name;
    this.shown.hidden = this.picture === null;
    if (this.picture) this.shown.src = URL.createObjectURL(file);
    this.panel.ask(performance.now());
  }

  #image([height, width, channels]) {
    if (this.picture === null) return null;
    const {rgba} = this.picture;
    const image = {...this.picture, data: levels(rgba, channels), channels};
    return resized(image, width, height).data;
  }
}

/** Decode an image file; what is transparent becomes white, as in `pipeline/ink/pictures.py`. */
async function pixelsOf(file) {
  const bitmap = await createImageBitmap(file, {colorSpaceConversion: 'none'});
  const {width, height} = bitmap;
  const context = element('canvas', {width, height}).getContext('2d', {willReadFrequently: true});
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return {rgba: context.getImageData(0, 0, width, height).data, width, height};
}
