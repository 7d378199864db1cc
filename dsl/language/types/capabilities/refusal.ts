/** How a word says something of its own call, and why it can't do what is asked of it. */
import type { BaseFacts } from "../facts.js";
import type { Call } from "../value.js";

export type WeightShapes = BaseFacts["shapes"];

/** A function that takes the word's own call, whose arguments are those of its parameters. */
export type CallFunction<C extends Call, R, More extends readonly unknown[] = []> = {
  of(call: C, ...more: More): R;
}["of"];
export interface Refusal {
  /** Stands after a colon. */
  readonly why: string;
  /** Stands after "compare with". */
  readonly instead: string;
}
