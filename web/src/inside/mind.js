/** What would change its mind: fooling it, and its idea of a class. */

import {element} from '../elements.js';
import {Fooling} from './fooling.js';
import {Idea} from './idea.js';

export class Mind {
  constructor(scene, network) {
    this.parts = [new Fooling(scene, network), new Idea(scene, network)];
    this.root = element('div', {}, ...this.parts.map(({root}) => root));
  }

  show() {
    this.parts.forEach((part) => part.show());
  }

  close() {
    this.parts.forEach((part) => part.close());
  }
}
