/** What a model says of texts that it reads each by itself: of one alone, and of two that are held beside each other. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { mustGet } from "#dsl/diagnostics/must.js";
import type { Session } from "../engine/engine.js";
import { encodeTexts, type Asked, type Encoding } from "../encoding/encoded.js";
import type { Predicted } from "../session/models/model-handle.js";
import { askRows } from "./score.js";
import "../artifacts/codes.js";

const batchSize = 32;

/** In the order asked; each text is read once. */
export async function answerByBiEncoder(
  session: Pick<Session, "run">,
  asked: readonly Asked[],
  e: Omit<Encoding, "end" | "model" | "chat">,
): Promise<{ readonly predictions: readonly Predicted[]; readonly numbers: readonly Float32Array[] }> {
  const { answers } = e.task.implementation;
  if (!answers?.ofPairs) throw new CodedError("internal", { what: `${e.task.call.word} says nothing of pairs` });
  const texts = [...new Set(asked.flatMap((text) => (typeof text === "string" ? [text] : text)))];
  const rows = await encodeTexts(texts, e);
  const said = await askRows(session, rows, answers, { batchSize, padId: e.tokenizer.padId });
  const vectors = new Map(texts.map((text, i) => [text, said[i]!]));
  const vectorOf = (text: string): Float32Array => mustGet(vectors, text, "vector of");
  const alone = asked.filter((text) => typeof text === "string");
  const pairs = asked.filter((text) => typeof text !== "string");
  const ofAlone = await answers.predictions(
    alone.map((text) => vectorOf(text)),
    alone,
    rows.asked,
  );
  const ofPairs = answers.ofPairs.predictions(
    pairs.map(([a, b]) => [vectorOf(a), vectorOf(b)]),
    pairs,
  );
  let [nextAlone, nextPair] = [0, 0];
  const predictions = asked.map((text) => (typeof text === "string" ? ofAlone[nextAlone++]! : ofPairs[nextPair++]!));
  return { predictions, numbers: said };
}
