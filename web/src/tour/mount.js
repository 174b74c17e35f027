/** The tour as a Streamlit component: one part gets its words and images, others networks and news. */

import {Tour} from './tour.js';

const tours = new Map(); // by where they are
const networks = new Map(); // by name: {spec, blob}
let now = null;
let curve = null;

/** Show the tour; see `pipeline/export/tour_spec.py`. */
export function showTour(parentElement, root, {spec, blob}, runtime, drawing, report) {
  let tour = tours.get(parentElement);
  if (!tour) {
    tour = new Tour(root, runtime, drawing, report);
    tours.set(parentElement, tour);
    tour.give(networks);
    if (curve) tour.measure(curve);
    if (now) tour.tell(now);
  }
  tour.report = report;
  tour.update(spec, blob);
  return () => {
    tour.close();
    tours.delete(parentElement);
  };
}

/** Give the tour a network. */
export function showTourNetwork(found) {
  const {name} = found.spec;
  networks.set(name, found);
  for (const tour of tours.values()) tour.give(networks);
  return () => {
    if (networks.get(name) !== found) return;
    networks.delete(name);
    for (const tour of tours.values()) tour.give(networks);
  };
}

/** Tell the tour the news; see `Tour.tell`. */
export function tellTour(news) {
  now = news;
  for (const tour of tours.values()) tour.tell(news);
  return () => {
    if (now === news) now = null;
  };
}

/** Give the tour what was measured on shifted images; see `pipeline/export/tour_later.py`. */
export function showTourCurve(found) {
  curve = found;
  for (const tour of tours.values()) tour.measure(found);
}
