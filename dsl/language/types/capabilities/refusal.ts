/** How a word describes its own call, and why it cannot do what is requested. */
import type { BaseFacts } from "../facts.js";
import type { Call } from "../value.js";

export type WeightShapes = BaseFacts["shapes"];

/** A function of the word's own call, whose arguments are those of its parameters. */
export type CallFunction<C extends Call, R, More extends readonly unknown[] = []> = {
  of(call: C, ...more: More): R;
}["of"];
export interface Refusal {
  /** Text that follows a colon. */
  readonly why: string;
  /** Text that follows "compare with". */
  readonly instead: string;
}
