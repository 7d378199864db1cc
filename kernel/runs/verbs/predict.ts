/** `predict`: labels and probabilities of a text, of a list of texts or of a split. `as` keeps them under a name. */
import type { Action, Subject } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/check/codes.js";
import { predictionsShown } from "../../display/evaluation.js";
import type { Stage, TuneSession } from "../tune-session.js";

export async function runPredict(session: TuneSession, action: Extract<Action, { verb: "predict" }>, stage: Stage): Promise<void> {
  const handle = session.models.get(action.name);
  const predictions = await handle.predict(await textsOf(session, action.on, stage));
  if (action.as !== null) session.names.define(action.as, predictions, "readonly { readonly text: string; readonly label: string; readonly probability: number; readonly probabilities: Readonly<Record<string, number>> }[]");
  stage.screen.display(predictionsShown(predictions));
}

async function textsOf(session: TuneSession, on: Subject, stage: Stage): Promise<readonly string[]> {
  if ("texts" in on) return on.texts;
  if ("live" in on) return textsIn(stage.surroundings.live(on.live)?.value);
  const prepared = await session.workshop.data(on.data, null, stage.surroundings);
  if (prepared.streamed) throw new CodedError("streamed-table", { data: on.data.name });
  const split = on.split ?? "all";
  const table = prepared.splits[split];
  if (!table) throw new CodedError("split-missing", { data: on.data.name, split, has: Object.keys(prepared.splits) });
  return Array.from(table.array("text") as Iterable<unknown>, String);
}

/** `$x` may be one text, a list of texts, or an arquero table with a column `text`. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((text): text is string => typeof text === "string")) return value;
  if (typeof value === "object" && value !== null && "array" in value && typeof value.array === "function")
    return Array.from((value.array as (name: string) => Iterable<unknown>)("text"), String);
  throw new CodedError("texts-expected", { got: Array.isArray(value) ? "a list that holds something else" : typeof value });
}
