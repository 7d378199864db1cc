/** So many at a time: while an engine reads one, the programs of the next are made. */
const MOST = 3;

/** Begun in their order; one that fails keeps no other from being done, and is nobody's fault until it is awaited. */
export function mapLimited<T, R>(items: readonly T[], does: (item: T) => Promise<R>): readonly Promise<R>[] {
  const begun: Promise<unknown>[] = [];
  return items.map((item, i) => {
    const done = Promise.all(begun.slice(0, Math.max(0, i - MOST + 1))).then(() => does(item));
    begun.push(done.catch(() => undefined));
    return done;
  });
}
