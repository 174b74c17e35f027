/** The live pad as a Streamlit component. */

import {Pad} from './pad.js';

const RUNTIME_FILES = new URL(`./${RUNTIME}`, import.meta.url).href;
const pads = new Map(); // by where they are
let program = compile(); // begins before there is a pad
program.catch(() => { program = null; }); // the pad shows why; another one tries again
let shelf = null; // where the page shows the layers, if it does

export default function ({parentElement, data, setStateValue}) {
  if (!(data instanceof Uint8Array)) return showLayers(parentElement.querySelector('.root'));
  let pad = pads.get(parentElement);
  if (!pad) {
    const runtime = {script: `${RUNTIME_FILES}.js`, compile: () => program ?? compile()};
    const report = (strokes) => setStateValue('drawing', {strokes});
    pad = new Pad(parentElement.querySelector('.root'), runtime, report);
    pads.set(parentElement, pad);
    if (shelf) pad.showLayersIn(shelf);
  }
  const {spec, blob} = unpacked(data);
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
