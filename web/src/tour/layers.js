/** Layers: a small network drawn whole, lit by the picture. */

import {element} from '../elements.js';
import {chainOf} from '../inside/chain.js';
import {Drawn} from '../inside/drawn.js';

const LEFT = 130; // CSS pixels: the room for the picture
const [LEAST, MOST, AROUND] = [300, 600, 420]; // CSS pixels: how high it is, and what else is on the screen

export class Layers {
  static needs = ['perceptron'];

  constructor(scene) {
    this.scene = scene;
    this.place = element('div', {});
    this.root = element('div', {class: 'layers-step'}, this.place, element('p', {class: 'right'}, scene.data.right));
  }

  async show(levels) {
    const {scene} = this, network = await scene.networks.get('perceptron');
    await network.run(levels);
    network.scene.scales = scene.scales;
    if (!this.place.firstChild) this.#lay(network);
    this.drawn?.show();
  }

  #lay(network) {
    const chain = chainOf(network.layers);
    if (!chain) { // more classes than can be drawn
      this.place.append(element('p', {}, this.scene.words.too_many));
      return;
    }
    const high = Math.min(Math.max(innerHeight - AROUND, LEAST), MOST);
    this.drawn = new Drawn(network.scene, chain, () => {}, {high, left: LEFT});
    this.place.append(this.drawn.root);
  }

  close() {
    this.drawn?.close();
  }
}
