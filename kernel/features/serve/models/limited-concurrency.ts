/** Limited concurrency: while an engine loads one model, the programs of the next are built. */
const MOST = 3;

/** Starts items in order; a failure does not stop the others and is only reported when awaited. */
export function mapLimited<T, R>(items: readonly T[], does: (item: T) => Promise<R>): readonly Promise<R>[] {
  const begun: Promise<unknown>[] = [];
  return items.map((item, i) => {
    const done = Promise.all(begun.slice(0, Math.max(0, i - MOST + 1))).then(() => does(item));
    begun.push(done.catch(() => undefined));
    return done;
  });
}
