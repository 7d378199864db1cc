/** Texts asked of an open model: encoded as its task reads them, and its answers in the task's words. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Base } from "../core/bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { Session } from "../engine/engine.js";
import type { Fitted } from "#stdlib/kinds/calibration.js";
import { asFitted } from "./fitted.js";
import { answerByBiEncoder } from "./bi-encoder.js";
import { encodeTexts, type Asked } from "../encoding/encoded.js";
import type { Predicted } from "../session/models/model-handle.js";
import { pairsIn, type Reading, typesOf } from "../core/session/token-types.js";
import { questionsOf, readsContexts } from "./questions.js";
import { does } from "../core/session/words.js";
import { askRows } from "./score.js";
import "../artifacts/codes.js";

/** A model that is open, here or in another runtime, and what its rows are read by. */
export interface Asking {
  readonly plan: Reading;
  readonly labels: readonly string[];
  /** Its program `evaluate` answers. */
  readonly session: Pick<Session, "run">;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
  /** What was fitted once it was trained; absent: nothing. */
  readonly fitted?: Fitted | null;
}
export interface Said {
  readonly predictions: readonly Predicted[];
  /** What they follow from: the logits of each row that was fed (a question has one for each window of its context), or vectors. */
  readonly numbers: readonly Float32Array[];
}

/** `name`: the model's, for errors. Coded errors: `pairs-expected`, and those of questions and of encoding. */
export async function answersOf(
  texts: readonly Asked[],
  { plan, labels, session, tokenizer, base, fitted }: Asking,
  name: string,
): Promise<Said> {
  const { model } = plan.recipe;
  const task = { call: model.task, implementation: await does(model.task, "task") };
  const { answers } = task.implementation;
  if (!answers) throw new CodedError("internal", { what: `${model.task.word} answers nothing` });
  const encoding = { tokenizer, maxLength: model.max_length, task, labels };
  if (task.implementation.supervision.rows === "apart")
    return answerByBiEncoder(session, texts, { ...encoding, types: false });
  const pairs = pairsIn(plan);
  if (readsContexts(model.task)) questionsOf(texts, name);
  else if (texts.some((text) => (typeof text === "string") === pairs))
    throw new CodedError("pairs-expected", { model: name, pairs });
  const rows = await encodeTexts(texts, { ...encoding, types: await typesOf(plan, base) });
  const said = await askRows(session, rows, answers, { batchSize: 32, padId: tokenizer.padId });
  const firsts = texts.map((text) => (typeof text === "string" ? text : text[0]));
  const by = asFitted(said, rows.asked, fitted);
  const made = await answers.predictions(by.said, firsts, by.asked);
  const predictions = pairs ? made.map((prediction, i) => ({ ...prediction, text_pair: texts[i]![1] })) : made;
  return { predictions, numbers: said };
}
