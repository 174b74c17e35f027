/** The view inside a network as a Streamlit component: one part gets the run, another the picture. */

import {Sketch} from './sketch.js';
import {Inside} from './view.js';

const views = new Map(); // by where they are
const sketches = new Map(); // likewise
let latest = null; // the picture
let second = null; // another run, for comparison

/** Show a run; see `pipeline/export/inside_spec.py`. */
export function showInside(parentElement, root, {spec, blob}, runtime, report) {
  let view = views.get(parentElement);
  if (!view) {
    view = new Inside(root, runtime, report);
    views.set(parentElement, view);
  }
  if (latest) view.show(latest);
  view.accompany(second);
  view.update(spec, blob);
  return () => {
    view.close();
    views.delete(parentElement);
  };
}

/** Show what excites a map: {of: [layer, map], images}. */
export function showExamples(examples) {
  for (const view of views.values()) view.showExamples(examples);
}

/** Show another picture: {id, levels}, the levels in base 64, and `other`, one to compare with. */
export function showPicture(picture) {
  const told = JSON.stringify(picture);
  if (latest?.told !== told) latest = {...unpacked(picture), told, said: picture.said, other: picture.other && unpacked(picture.other)};
  for (const view of views.values()) view.show(latest);
}

/** Show what is drawn on a pad, while the pen moves. */
export function showSketch(parentElement, root, given, drawing) {
  const told = JSON.stringify(given);
  if (sketches.get(parentElement)?.told !== told) {
    sketches.get(parentElement)?.sketch.close();
    const sketch = new Sketch(root, given, drawing, (picture) => {
      latest = {...picture, said: given.said, other: null};
      for (const view of views.values()) view.show(latest);
    });
    sketches.set(parentElement, {told, sketch});
  } else {
    sketches.get(parentElement).sketch.paint(); // the colors may have changed
  }
  return () => {
    sketches.get(parentElement)?.sketch.close();
    sketches.delete(parentElement);
  };
}

function unpacked({id, levels}) {
  return {id, levels: Uint8Array.from(atob(levels), (sign) => sign.charCodeAt(0))};
}

/** Show another run beside the one that is shown. */
export function showBeside(found) {
  second = found;
  for (const view of views.values()) view.accompany(second);
  return () => {
    if (second !== found) return;
    second = null;
    for (const view of views.values()) view.accompany(null);
  };
}
