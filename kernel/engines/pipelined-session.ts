/** Runs calls of an engine in sequence and sends the next call while one computes; results come in order. */

import { mustExist } from "#dsl/language/diagnostics/codes.js";
export async function* pipelineCalls<T, R>(
  items: Iterable<T>,
  call: (item: T) => Promise<R>,
  depth = 2,
): AsyncGenerator<readonly [T, R]> {
  const sent: (readonly [T, Promise<R>])[] = [];
  for (const item of items) {
    const reply = call(item);
    reply.catch(() => undefined); // awaited in its turn
    sent.push([item, reply]);
    if (sent.length >= depth) {
      const [first, result] = mustExist(sent.shift(), "the first call");
      yield [first, await result];
    }
  }
  for (const [item, reply] of sent) yield [item, await reply];
}
