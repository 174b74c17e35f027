/** The view inside a network as a Streamlit component: one part gets the run, another the picture. */

import {Inside} from './view.js';

const views = new Map(); // by where they are
let latest = null; // the picture

/** Show a run; see `pipeline/export/inside_spec.py`. */
export function showInside(parentElement, root, {spec, blob}, runtime, report) {
  let view = views.get(parentElement);
  if (!view) {
    view = new Inside(root, runtime, report);
    views.set(parentElement, view);
  }
  if (latest) view.show(latest);
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

/** Show another picture: {id, levels}, the levels in base 64. */
export function showPicture({id, levels}) {
  if (latest?.id !== id) latest = {id, levels: Uint8Array.from(atob(levels), (sign) => sign.charCodeAt(0))};
  for (const view of views.values()) view.show(latest);
}
