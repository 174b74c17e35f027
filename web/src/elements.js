/** Make elements; text is only ever set as text, never as HTML. */

/**
 * @param {string} tag
 * @param {Object<string, string>} attributes
 * @param {...(Node|string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Whether an element is on the stage of presenter mode, where things fill the screen. */
export function isOnStage(one) {
  return Boolean(one.getRootNode().host?.closest('[class*=st-key-stage_]'));
}

/** Whether another page is on its way, which a report of this one would empty; see `arrival.js`. */
export function isLeaving() {
  return 'leaving' in document.documentElement.dataset;
}
