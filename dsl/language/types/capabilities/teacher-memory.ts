/** What a model that learns from another takes besides, where both run in the same program. */
import type { BaseFacts } from "../facts.js";

/** Numbers that are held of a model that runs beside another until the losses are known. */
export interface TeacherMemory {
  /** For each token, for each pair of tokens of a row, and for each entry of the vocabulary at each token. */
  readonly token: number;
  readonly pair: number;
  readonly logit: number;
}
/** What the task says, both models, and what the larger one's family says. */
export type DistillationModels<Task, Family> = readonly [
  has: Task | undefined,
  own: BaseFacts,
  larger: BaseFacts,
  family: Family | undefined,
];
/** What a model is taught by another one. */
export interface DistillationContextOf<Task> {
  readonly has: Task | undefined;
  /** Rows without labels stand beside those that have some. */
  readonly unlabelled: boolean;
  /** Both read texts by the same tokenizer. */
  readonly reads: boolean;
  /** Its own base and that of what it learns from, as far as they are known. */
  readonly bases?: Readonly<Record<"own" | "of", BaseFacts | undefined>>;
}
