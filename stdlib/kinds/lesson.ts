/** Lessons: what a student learns of its teacher on the same rows. What a lesson gives is added to what a training step loses. */
import type { Graph } from "#dsl/graph/builder.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { Call } from "#dsl/types/value.js";

/** What goes on within a body. */
export interface Within {
  /** [batch, length, width]: what the first block reads. */
  readonly embeddings: Tensor;
  readonly blocks: readonly WithinBlock[];
  readonly width: number;
}
export interface WithinBlock {
  /** [batch, length, width], as it leaves the block. */
  readonly hidden: Tensor;
  /** [batch, length, heads × size] each, as attention reads them. */
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly heads: number;
  /** Heads of keys and values. */
  readonly keyHeads: number;
  readonly scale: number;
  readonly causal: boolean;
}
/** What both say. */
export interface Said {
  /** [rows or places, labels or tokens]. */
  readonly student: Tensor;
  readonly teacher: Tensor;
  /** Whether of several one is right, or each by itself. */
  readonly decides: "one" | "several";
  /** They are places of texts, and no rows. */
  readonly places: boolean;
}
export interface Lesson {
  readonly graph: Graph;
  /** f32 [rows]: 1 by the rows of the whole update. */
  readonly share: Tensor;
  /** f32 [batch, length]: 1 at real tokens. */
  readonly mask: Tensor;
  said(): Said;
  /** Of lessons of what goes on within. */
  within(): { readonly student: Within; readonly teacher: Within };
  /** A linear map without bias that is learnt beside the student and thrown away. */
  map(name: string, x: Tensor, o: { readonly in: number; readonly out: number }): Tensor;
}
export interface LessonImplementation {
  /** A scalar: the mean over the rows of the update, of which the rows at hand are a part. Absent: it is of the rows' labels. */
  loss?(call: Call, lesson: Lesson): Tensor;
  /** How much it counts. */
  weight(call: Call): number;
}

declare module "#dsl/types/registry.js" {
  interface Implementations {
    lesson: LessonImplementation;
  }
}
