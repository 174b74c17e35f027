/**
 * The live pad, the view inside a network and the tour as one Streamlit component: one runtime
 * serves all. There are also a place for the pad's layers, an answer of the server's, and the view's
 * picture.
 */

import {Answer} from './answer.js';
import {element, isLeaving, isOnStage} from './elements.js';
import {showBeside, showExamples, showInside, showPicture, showSketch} from './inside/mount.js';
import style from './pad.css';
import {Pad} from './pad.js';
import {showTour, showTourCurve, showTourNetwork, tellTour} from './tour/mount.js';

const RUNTIME_FILES = new URL(`./${RUNTIME}`, import.meta.url).href;
const pads = new Map(); // by where they are
let program = compile(); // begins before there is a pad
program.catch(() => { program = null; }); // the pad shows why; another one tries again
let shelf = null; // where the page shows the layers, if it does
let drawn = []; // the drawing, where the browser's storage is refused
const DRAWING = 'inkling-drawing'; // kept in the tab's storage, whatever page is shown

export default function ({parentElement, data, setStateValue, setTriggerValue}) {
  const root = parentElement.querySelector('.root');
  root.classList.toggle('staged', isOnStage(root));
  if (data.picture) return showPicture(data.picture);
  if (data.sketch) return showSketch(parentElement, root, data.sketch, {read: keptDrawing, keep});
  if (data.examples) return showExamples(data.examples);
  if (data.tour) return tellTour(data.tour);
  if (data.tour_curve) return showTourCurve(data.tour_curve);
  if (!(data instanceof Uint8Array)) return data.answers ? showAnswers(root, data) : showLayers(root);
  const {spec, blob} = unpacked(data);
  const runtime = {script: `${RUNTIME_FILES}.js`, compile: () => program ?? compile()};
  if (spec.kind === 'beside') return showBeside({spec, blob});
  if (spec.kind === 'inside') {
    return showInside(parentElement, root, {spec, blob}, runtime, setStateValue);
  }
  if (spec.kind === 'tour_network') return showTourNetwork({spec, blob});
  if (spec.kind === 'tour') {
    const report = (change) => ('step' in change ? setStateValue('step', change) : setTriggerValue('asked', change));
    return showTour(parentElement, root, {spec, blob}, runtime, {read: keptDrawing, keep}, report);
  }
  let pad = pads.get(parentElement);
  if (!pad) {
    const report = (strokes) => {
      keep(strokes);
      if (!isLeaving()) setStateValue('drawing', {strokes});
    };
    pad = new Pad(root, runtime, spec.words, {read: keptDrawing, report});
    pads.set(parentElement, pad);
    if (shelf) pad.showLayersIn(shelf);
  }
  pad.update(spec, blob);
  return () => {
    pad.close();
    pads.delete(parentElement);
  };
}

/** The other half of the component: a place on the page for what the layers compute. */
function showLayers(root) {
  if (shelf !== root) {
    shelf = root;
    for (const pad of pads.values()) pad.showLayersIn(root);
  }
  return () => {
    if (shelf === root) shelf = null;
  };
}

/** What the server predicted, side by side. */
function showAnswers(root, {words, answers}) {
  const sections = answers.map(({label, classes, shares, is_ood: isOod}) => {
    const answer = new Answer({label, classes, layers: []}, words);
    answer.tell(shares, isOod);
    return answer.section;
  });
  root.replaceChildren(element('div', {class: 'pad alone'}, element('style', {}, style),
    element('div', {class: 'answers'}, ...sections)));
  root.firstChild.dataset.runs = answers.length;
}

/** Keep the drawing while the tab is open: pages and modes come and go. */
function keep(strokes) {
  drawn = strokes;
  try {
    sessionStorage.setItem(DRAWING, JSON.stringify(strokes));
  } catch {
    // Refused or full: then it lives until the page is loaded again.
  }
}

function keptDrawing() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(DRAWING));
    if (Array.isArray(kept)) return kept;
  } catch {
    // As above; or another version wrote it.
  }
  return drawn;
}

/** Unpack what `pipeline/export/pad_spec.py` packed: a description, after its length, and a blob. */
function unpacked(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const spec = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return {spec, blob: bytes.subarray(4 + length)};
}

async function compile() {
  const {body} = await kept(`${RUNTIME_FILES}.wasm.gz`);
  const unpacked = body.pipeThrough(new DecompressionStream('gzip'));
  const headers = {'Content-Type': 'application/wasm'};
  return WebAssembly.compileStreaming(new Response(unpacked, {headers}));
}

/** Fetch a file that never changes; a second visit gets it from the browser's cache. */
async function kept(address) {
  if (!self.caches) return fetch(address); // browsers offer it only on secure pages
  const store = await caches.open('inkling');
  const known = await store.match(address);
  if (known) return known;
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`the server responded with ${reply.status}`);
  const former = await store.keys();
  await Promise.all(former.map((request) => store.delete(request)));
  await store.put(address, reply.clone());
  return reply;
}
