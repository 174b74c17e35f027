/** Whether a drawing is unlike anything in training, as `pipeline/novelty.py` says. */

export function isStrange(novelty, ink, activations) {
  return false;
}
