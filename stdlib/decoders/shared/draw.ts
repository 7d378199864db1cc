/** One text's next token, by what the model says and what the text already holds: the decoders' and the server's. */
import { argmax } from "../../statistics/argmax.js";
import { chance } from "../../statistics/chance.js";
import { scratch } from "./scratch.js";
import { Seen } from "./seen-tokens.js";
import { bend, narrow, type Bend, type Warp } from "./warp.js";

export interface Draws extends Warp {
  /** With `number`, what the draw of a text's n-th token follows from, beside n. */
  readonly seed: number;
  readonly number: number;
}
/** `temperature` 0: the likeliest token, of equals the first. */
export type Drawing = Draws | (Bend & { readonly temperature: 0 });

/** The tokens of one text, in order. */
export class Drawer {
  private readonly seen: Seen;
  private count = 0;

  constructor(
    prompt: Iterable<number>,
    private readonly o: Drawing,
  ) {
    this.seen = new Seen(prompt);
  }
  /** Changes the scores. `allow` takes tokens out (−∞) after penalties and bias, which bring none back. */
  next(scores: Float32Array, allow?: (scores: Float32Array) => void): number {
    const { o, seen } = this;
    bend(scores, seen, o);
    allow?.(scores);
    const token = "seed" in o ? this.drawn(scores, o) : argmax(scores);
    seen.write(token);
    this.count++;
    return token;
  }
  private drawn(scores: Float32Array, o: Draws): number {
    narrow(scores, o);
    return drawn(scores, (chance(o.seed, o.number, this.count).next() >>> 0) / 2 ** 32);
  }
}

/** The token at which the probabilities, summed in order, pass `at` of the whole (0 ≤ at < 1). */
export function drawn(scores: Float32Array, at: number): number {
  let top = -Infinity;
  for (const s of scores) if (s > top) top = s;
  const weights = scratch("weights", scores.length);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    weights[i] = scores[i] === -Infinity ? 0 : Math.exp(scores[i]! - top);
    sum += weights[i]!;
  }
  let left = at * sum;
  let last = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] === -Infinity) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return last;
}
