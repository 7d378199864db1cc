/** A writer over a model that is a function of the last tokens. It uses no engine. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SlotRequest, SlotTextStream, SlotToken, SlotWriter } from "#kernel/inference/generation/contract.js";
import { argmax } from "#stdlib/statistics/argmax.js";

export interface Asked {
  readonly request: SlotRequest;
  written: number;
  over: boolean;
}
export interface TableWriter extends SlotWriter {
  readonly asked: readonly Asked[];
}

/** `says` receives all tokens of a text and writes the logits. */
export function tableWriter(
  vocabulary: number,
  room: number,
  says: (tokens: readonly number[], logits: Float32Array) => void,
): TableWriter {
  const asked: Asked[] = [];
  // One shared buffer, as in a real engine: callers must not retain it.
  const logits = new Float32Array(vocabulary);
  async function* tokens(one: Asked): AsyncGenerator<SlotToken, void, void> {
    const { prompt, maxTokens, ends, chooser, signal, scored } = one.request;
    const all = Array.from(prompt);
    for (let place = 0; scored && place < all.length - 1; place++) {
      logits.fill(0);
      says(all.slice(0, place + 1), logits);
      scored(place, logits);
    }
    try {
      for (;;) {
        await new Promise(setImmediate);
        if (signal?.aborted) throw new CodedError("interrupted", { what: "writing", kept: "" });
        await chooser.ready?.();
        logits.fill(0);
        says(all, logits);
        const copy = chooser.reads === "logits" ? logits : null;
        const chosen = chooser.choose(argmax(logits), copy);
        all.push(chosen.token);
        one.written++;
        const ended = chosen.ends || ends.has(chosen.token) ? "end" : one.written >= maxTokens ? "length" : null;
        yield { ...chosen, ended };
        if (ended !== null) return;
      }
    } finally {
      one.over = true;
    }
  }
  return {
    ...{ slots: 4, vocabulary, room, asked, scores: true },
    write(request): SlotTextStream {
      if (request.prompt.length + request.maxTokens > room) throw new RangeError("no room");
      const one = { request, written: 0, over: false };
      asked.push(one);
      return { cached: 3, [Symbol.asyncIterator]: () => tokens(one) };
    },
    load: () => ({ waiting: 0, working: 0, steps: 0, tokensRead: 0, tokensCached: 0, tokensWritten: 0 }),
    close: () => Promise.resolve(),
  };
}

/** Writes pseudo-random logits that depend only on the last two tokens and a seed. */
export function chanceOf(seed: number): (tokens: readonly number[], logits: Float32Array) => void {
  return (tokens, logits) => {
    let state = (seed * 2654435761 + (tokens.at(-1) ?? 0) * 40503 + (tokens.at(-2) ?? 0) * 9973) >>> 0;
    for (let i = 0; i < logits.length; i++) {
      state = (Math.imul(state ^ (state >>> 15), 2246822507) + 3266489917 + i) >>> 0;
      logits[i] = 4 * ((state >>> 0) / 2 ** 32) - 2;
    }
  };
}
