/**
 * A tokenizer whose process is asked for the texts of several requests at once: while it answers, what comes fills its next call. A
 * text that comes alone goes at once. What breaks it is asked again text by text, so that only its own request fails.
 */
import type { Tokenizer } from "../../bases/tokenizer.js";

interface Waiting {
  readonly texts: readonly string[];
  resolve(rows: readonly Int32Array[]): void;
  reject(error: unknown): void;
}

export function mergedEncoding(tokenizer: Tokenizer): Tokenizer {
  let waiting: Waiting[] = [];
  let busy = false;
  const alone = async ({ texts, resolve, reject }: Waiting): Promise<void> => {
    try {
      resolve(await tokenizer.encode(texts, Number.POSITIVE_INFINITY));
    } catch (error) {
      reject(error);
    }
  };
  const together = async (all: readonly Waiting[]): Promise<void> => {
    const [first] = all;
    if (first && all.length === 1) return alone(first);
    let rows: readonly Int32Array[];
    try {
      rows = await tokenizer.encode(
        all.flatMap(({ texts }) => texts),
        Number.POSITIVE_INFINITY,
      );
    } catch {
      for (const one of all) await alone(one);
      return;
    }
    let at = 0;
    for (const { texts, resolve } of all) resolve(rows.slice(at, (at += texts.length)));
  };
  const work = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const all = waiting;
      waiting = [];
      await together(all);
    }
    busy = false;
  };
  return {
    ...tokenizer,
    encode(texts, maxLength) {
      if (maxLength !== Number.POSITIVE_INFINITY) return tokenizer.encode(texts, maxLength);
      return new Promise((resolve, reject) => {
        waiting.push({ texts, resolve, reject });
        if (!busy) void work();
      });
    },
  };
}
