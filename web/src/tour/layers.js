/** Layers: a small network drawn whole, lit by the picture. */

import {element} from '../elements.js';
import {chainOf} from '../inside/chain.js';
import {Drawn} from '../inside/drawn.js';

const LEFT = 130; // the room for the picture, see `Drawn`
const HIGH = 'max(17em, var(--tall) - 4.5em)'; // without the lines above and below it

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
    this.drawn = new Drawn(network.scene, chain, () => {}, {high: HIGH, left: LEFT});
    this.place.append(this.drawn.root);
  }

  close() {
    this.drawn?.close();
  }
}
