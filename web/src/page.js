/** The exported page, which works without a server; or the pad in a page that has a place for it. */

import {element} from './elements.js';
import {Pad} from './pad.js';
import style from './page.css';
import {TryImage} from './try_image.js';
import {count as written, filled} from './words.js';

// The base-85 alphabet of RFC 1924, except "<", which has a meaning in HTML.
const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~';

const read = (id) => document.getElementById(id).textContent;

const facts = JSON.parse(read('facts'));
const root = element('div', {class: 'root'});
const place = document.getElementById('pad');
if (place) place.append(root);
else wholePage();
open();

function wholePage() {
  document.head.append(element('style', {}, style));
  document.body.append(element('main', {},
    element('h1', {}, facts.title),
    element('p', {class: 'verdict'}, facts.verdict),
    root,
    element('h2', {}, facts.matrix.title),
    matrix(facts.runs[0].classes, facts.counts, facts.matrix),
    element('h2', {}, facts.about),
    ...Object.entries(facts.model_card).flatMap(([heading, text]) => [
      element('h3', {}, heading), element('p', {}, text),
    ]),
    element('footer', {}, facts.origin)));
}

async function open() {
  const runtime = {
    get script() { return this.address; },
    async compile() { return WebAssembly.compile(await unscrambled(read('program'))); },
  };
  const pad = facts.frame
    ? new Pad(root, runtime, facts.words, {read: () => [], report() {}})
    : new TryImage(root, runtime, facts.words);
  const graphs = unscrambled(read('graphs'));
  const loader = await unscrambled(read('loader'));
  // The runtime takes a URL without this suffix for a folder.
  runtime.address = `${URL.createObjectURL(new Blob([loader], {type: 'text/javascript'}))}#.js`;
  pad.update(facts, inOrder(await graphs));
}

/** Decode bytes that `pipeline/export/html_page.py` encoded. */
async function unscrambled(text) {
  const values = new Uint8Array(128);
  [...SIGNS].forEach((sign, value) => { values[sign.charCodeAt(0)] = value; });
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
  for (let from = 0, to = 0; from < text.length; from += 5) {
    let number = 0;
    for (let digit = 0; digit < 5; digit++) {
      const at = from + digit;
      number = number * 85 + (at < text.length ? values[text.charCodeAt(at)] : 84);
    }
    bytes[to++] = number >>> 24;
    bytes[to++] = number >>> 16;
    bytes[to++] = number >>> 8;
    bytes[to++] = number;
  }
  const missing = (5 - (text.length % 5)) % 5;
  const stream = new Blob([bytes.subarray(0, bytes.length - missing)]).stream();
  const inflated = stream.pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}

/** Put the bytes of each 32-bit number together again. */
function inOrder(bytes) {
  const numbers = bytes.length / 4;
  return bytes.map((_, at) => bytes[(at % 4) * numbers + (at >> 2)]);
}

/** The confusion matrix as a table. */
function matrix(names, counts, words) {
  const most = Math.log1p(Math.max(...counts.flat()));
  const rows = counts.map((row, label) => element('tr', {},
    element('th', {scope: 'row', title: names[label]}, names[label]),
    ...row.map((count, said) => {
      const values = {true: names[label], predicted: names[said], count: written(count)};
      const cell = element('td', {
        title: filled(words.cell, values), style: `--depth: ${count ? Math.log1p(count) / most : 0}`,
      }, count ? written(count) : '·');
      cell.classList.toggle('right', said === label);
      return cell;
    })));
  return element('div', {class: 'scroll', tabindex: '0'}, element('table', {},
    element('caption', {}, words.caption),
    element('thead', {}, element('tr', {}, element('td'),
      ...names.map((name) => element('th', {scope: 'col', title: name}, name)))),
    element('tbody', {}, ...rows)));
}
