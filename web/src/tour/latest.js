/** What takes a moment and may be asked for again meanwhile: only the latest request counts. */

/**
 * @param {() => Promise<void>} compute
 * @return {() => Promise<void>} computes, and once more if it was asked meanwhile; settles when all
 *     that was asked for is done.
 */
export function latest(compute) {
  let running = null, again = false;
  const run = async () => {
    do {
      again = false;
      await compute();
    } while (again);
  };
  return () => {
    again = true;
    running ??= run().finally(() => { running = null; });
    return running;
  };
}
