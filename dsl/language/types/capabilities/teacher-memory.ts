/** Additional memory of a student whose teacher runs in the same program. */
import type { BaseFacts } from "../facts.js";

/** Numbers of a teacher's outputs that are held until the losses are computed. */
export interface TeacherMemory {
  /** Numbers per token, per pair of tokens of a row, and per vocabulary entry at each token. */
  readonly perToken: number;
  readonly perTokenPair: number;
  readonly perLogit: number;
}
/** The task's capabilities, both bases, and the capabilities of the larger one's family. */
export type DistillationModels<Task, Family> = readonly [
  has: Task | undefined,
  own: BaseFacts,
  larger: BaseFacts,
  family: Family | undefined,
];
/** What a student is trained on by its teacher. */
export interface DistillationContextOf<Task> {
  readonly taskCapabilities: Task | undefined;
  /** Unlabelled rows are added to the labelled ones. */
  readonly unlabelled: boolean;
  /** Both use the same tokenizer. */
  readonly sharesTokenizer: boolean;
  /** Its own base and the teacher's, as far as known. */
  readonly bases?: Readonly<Record<"own" | "of", BaseFacts | undefined>>;
}
