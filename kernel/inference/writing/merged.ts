/** Several texts as one stream: whatever comes first is told first, each text in its own order. */

/** The first error ends all. Stopping the iteration stops each of them. */
export async function* merged<T>(texts: readonly AsyncGenerator<T, void, void>[]): AsyncGenerator<T, void, void> {
  if (texts.length === 1) return yield* texts[0]!;
  type Next = { readonly at: number; readonly result: IteratorResult<T, void> };
  const next = async (at: number): Promise<Next> => ({ at, result: await texts[at]!.next() });
  const waiting = new Map(texts.map((_, at) => [at, next(at)]));
  try {
    while (waiting.size > 0) {
      const { at, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(at);
        continue;
      }
      waiting.set(at, next(at));
      yield result.value;
    }
  } finally {
    // Those that are at work answer once they are stopped; nobody hears them any more.
    for (const one of waiting.values()) one.catch(() => undefined);
    for (const text of texts) void text.return().catch(() => undefined);
  }
}
