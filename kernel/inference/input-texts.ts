/** Texts asked of an open model: encoded as its task reads them, and its answers in the task's words. */
import type { Session } from "../engines/engine.js";
import type { Asked } from "../data/encoding/encoded.js";
import type { Base } from "../bases/base.js";
import type { Predicted } from "./prediction.js";
import { askerOf, type AskedBy } from "./predictor.js";
import { askRows } from "./score.js";

/** A model that is open, here or in another runtime, and what its rows are read by. */
export interface Asking extends AskedBy {
  /** Its program `evaluate` answers. */
  readonly session: Pick<Session, "run">;
  readonly base: Base;
}
export interface Said {
  readonly predictions: readonly Predicted[];
  /** What they follow from: the logits of each row that was fed (a question has one for each window of its context), or vectors. */
  readonly numbers: readonly Float32Array[];
}

/** `name`: the model's, for errors. Coded errors: `pairs-expected`, and those of questions and of encoding. */
export async function answersOf(texts: readonly Asked[], asking: Asking, name: string): Promise<Said> {
  const { answers, padId, read } = await askerOf(asking, name);
  const { rows, answer } = await read(texts);
  const numbers = await askRows(asking.session, rows, answers, { batchSize: 32, padId });
  return { predictions: await answer(numbers), numbers };
}
