/**
 * `predict`: predictions for a text, a list of texts or a split, or generated continuations. `as` stores them under a
 * name.
 */
import type { ColumnTable } from "arquero";
import type { Action, ActionSubject, GenerationSettings } from "#dsl/compiler/plan/action.js";
import { registry } from "#stdlib/registry.js";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { countChangedTexts, uncleanedTextsWarning } from "../../data/rows/text-cleaners.js";
import { predictionsView } from "../../display/scores/evaluation.js";
import type { DisplayOutput } from "../../display/html.js";
import { attributionView } from "../../display/scores/why.js";
import { generatedTextsView } from "../../display/generated-texts.js";
import { conversationsOf } from "../../data/rows/conversations.js";
import type { PredictionInput } from "../../data/encoding/encoded.js";
import {
  ContinuationCollector,
  parsePrompts,
  promptDisplayText,
  conversationToLastUserMessage,
  type ModelPrompt,
  parseQuestions,
} from "../../inference/prompts.js";
import { predictionsTypeText, generatedTextTypeText, type ModelHandle } from "../../models/model-handle.js";
import { inputColumnRolesOf } from "../../inference/requested-roles.js";
import { type ExecutionContext, warnerAt } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { loadImplementation } from "../../host/load-implementation.js";

/** Milliseconds between updates of the generated text. */
const showEvery = 100;

/** Maximum texts with word attributions, the same as are listed. */
const EXPLAINED = 20;

type Predict = Extract<Action, { verb: "predict" }>;

export async function runPredict(session: OpenSession, action: Predict, context: ExecutionContext): Promise<void> {
  const handle = session.models.get(action.name);
  if (action.writing && handle.plan.template !== undefined) {
    const prompts = await conversationsAsked(session, action.on, context);
    const plain = prompts.filter((prompt) => typeof prompt === "string");
    await warnUncleaned(handle, action, plain, context);
    return write(session, handle, prompts, { ...action, ...action.writing }, context);
  }
  const texts = await textsOf(
    session,
    action.on,
    { ...inputColumnRolesOf(handle.plan.task), model: handle.name },
    context,
  );
  if (action.writing) {
    const prompts = texts.map((text) => (typeof text === "string" ? text : text[0]));
    await warnUncleaned(handle, action, prompts, context);
    return write(session, handle, prompts, { ...action, ...action.writing }, context);
  }
  await warnUncleaned(handle, action, texts, context);
  const predictions = await session.models.requests.predict(handle, texts, context.hostContext);
  const pairs = texts.length > 0 && texts.every((text) => typeof text !== "string");
  if (action.as !== null) session.names.define(action.as, predictions, predictionsTypeText(handle.plan, pairs));
  const { task } = handle.plan;
  const answers = mustExist((await loadImplementation(task, "task")).answers, `the predictions of ${task.word}`);
  const { columns, cells } = (pairs && answers.ofPairs) || answers;
  context.screen.display(
    predictionsView(
      columns,
      predictions.map((prediction) => ({
        text: prediction.text_pair === undefined ? prediction.text : `${prediction.text} | ${prediction.text_pair}`,
        cells: cells(prediction),
      })),
    ),
  );
  if (!action.why) return;
  const { why: how } = action;
  const rows = await session.models.requests.why(handle, texts.slice(0, EXPLAINED), { ...context, how });
  context.screen.display(attributionView(rows, { model: handle.name, total: texts.length, how }));
}

/** Warns because the statement's texts are not cleaned, unlike rows of data. */
async function warnUncleaned(
  { name, weights }: ModelHandle,
  { on, span }: Predict,
  texts: readonly PredictionInput[],
  context: ExecutionContext,
): Promise<void> {
  const clean = weights?.plan.recipe.data.clean ?? [];
  const uncleaned = "data" in on ? null : uncleanedTextsWarning(name, clean, "`predict`");
  if (!uncleaned) return;
  const count = await countChangedTexts(clean, texts);
  if (count === 0) return;
  const changed = count === null ? {} : { changed: { count, of: texts.length } };
  warnerAt(context, span)("texts-not-cleaned", { ...uncleaned, ...changed });
}

/** Streams generated text into the cell: one output, updated in place. After an interrupt the text so far remains. */
async function write(
  session: OpenSession,
  handle: ModelHandle,
  prompts: readonly ModelPrompt[],
  options: Predict & GenerationSettings,
  context: ExecutionContext,
): Promise<void> {
  const id = `predict-${handle.name}-${Date.now().toString(36)}`;
  const apart = registry.find("task", handle.plan.task.word)?.capabilities?.continues !== true;
  const gathered = prompts.map((prompt) => new ContinuationCollector(promptDisplayText(prompt)));
  const shown = (writing: boolean): DisplayOutput & { readonly id: string } =>
    generatedTextsView(
      gathered.map((g) => g.written()),
      { id, writing, apart },
    );
  context.screen.display(shown(true));
  let drawn = performance.now();
  try {
    for await (const piece of session.models.requests.write(
      handle,
      prompts,
      options,
      context.hostContext,
      context.signal,
    )) {
      gathered[piece.row]!.add(piece);
      if (performance.now() - drawn < showEvery) continue;
      drawn = performance.now();
      context.screen.update(shown(true));
    }
  } catch (error) {
    context.screen.update(shown(false));
    if (context.signal?.aborted)
      throw new CodedError("interrupted", {
        what: `writing with ${handle.name}`,
        kept: "the text generated so far is shown",
      });
    throw error;
  }
  context.screen.update(shown(false));
  if (options.as !== null)
    session.names.define(
      options.as,
      gathered.map((g) => g.written()),
      generatedTextTypeText,
    );
}

async function textsOf(
  session: OpenSession,
  on: ActionSubject,
  { role, second, model }: { readonly role: string; readonly second: string; readonly model: string },
  context: ExecutionContext,
): Promise<readonly PredictionInput[]> {
  if ("texts" in on) return on.texts;
  if ("live" in on) {
    const { value } = context.hostContext.live(on.live) ?? {};
    return second === "context" ? parseQuestions(value, model) : textsIn(value, role);
  }
  const table = await tableOf(session, on, context);
  const has = table.columnNames();
  const missing = [role, ...(second === "context" ? [second] : [])].find((needed) => !has.includes(needed));
  if (missing !== undefined)
    throw new CodedError("missing-role", { role: missing, task: "predict", data: on.data.name });
  const texts = Array.from(table.array(role) as Iterable<unknown>, String);
  if (!has.includes(second)) return texts;
  const seconds = Array.from(table.array(second) as Iterable<unknown>, String);
  return texts.map((text, i) => [text, seconds[i]!]);
}

/** The prompts of a chat model; for conversations of a split, everything before the last reply. */
async function conversationsAsked(
  session: OpenSession,
  on: ActionSubject,
  context: ExecutionContext,
): Promise<readonly ModelPrompt[]> {
  if ("texts" in on) return on.texts;
  if ("live" in on) return parsePrompts(context.hostContext.live(on.live)?.value);
  const table = await tableOf(session, on, context);
  const roles = table.columnNames();
  if (!roles.includes("messages") && !roles.includes("input"))
    return Array.from(table.array("text") as Iterable<unknown>, String);
  return conversationsOf(table).map(({ messages }) => conversationToLastUserMessage(messages));
}

async function tableOf(
  session: OpenSession,
  on: Extract<ActionSubject, { data: unknown }>,
  context: ExecutionContext,
): Promise<ColumnTable> {
  const prepared = await session.datasets.data(on.data, null, context.hostContext);
  if (prepared.streamed) throw new CodedError("streamed-table", { data: on.data.name });
  const split = on.split ?? "all";
  const table = prepared.splits[split];
  if (!table) throw new CodedError("split-missing", { data: on.data.name, split, has: Object.keys(prepared.splits) });
  return table;
}

/** `$x` may be one text, a list of texts, or an arquero table with a column named like the role (`text`, `input`). */
function textsIn(value: unknown, role: string): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((text): text is string => typeof text === "string")) return value;
  if (typeof value === "object" && value !== null && "array" in value && typeof value.array === "function")
    return Array.from((value.array as (name: string) => Iterable<unknown>)(role), String);
  throw new CodedError("texts-expected", {
    got: Array.isArray(value) ? "a list with another value" : typeof value,
  });
}
