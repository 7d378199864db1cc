/** What a model that learns from another takes besides, where both run in the same program. */
import type { BaseFacts } from "./facts.js";

/** Numbers that are held of a model that runs beside another until the losses are known. */
export interface Held {
  /** For each token, for each pair of tokens of a row, and for each entry of the vocabulary at each token. */
  readonly token: number;
  readonly pair: number;
  readonly said: number;
}
/** What the task says, both models, and what the larger one's family says. */
export type Learning<Task, Family> = readonly [
  has: Task | undefined,
  own: BaseFacts,
  larger: BaseFacts,
  family: Family | undefined,
];
