/** What a model writes for every row of a split, beside what it should have written: for scores of text. */
import type { Writing } from "#dsl/plan/plan.js";
import type { WrittenMetricInput } from "#stdlib/kinds/metric.js";
import { conversationsOf, streamedConversations } from "../core/data/conversations.js";
import type { Prepared } from "../core/data/prepare.js";
import { Gathered, type ModelHandle } from "../session/models/model-handle.js";
import { asText, type Prompt } from "./prompts.js";
import type { Stage, TuneSession } from "../session/tune-session.js";

export async function writtenTexts(
  session: TuneSession,
  handle: ModelHandle,
  rows: { readonly prepared: Prepared; readonly split: string },
  o: Writing & { readonly batch_size: number },
  stage: Stage,
): Promise<WrittenMetricInput> {
  const { prompts, targets } = askedOf(rows.prepared, rows.split, handle.plan.template !== undefined);
  const gathered = prompts.map((prompt) => new Gathered(asText(prompt)));
  for await (const piece of session.models.write(handle, prompts, o, stage.hostContext, stage.signal))
    gathered[piece.row]!.add(piece);
  return { written: gathered.map((text) => text.written().continuation), targets, asked: prompts.map(asText) };
}

/** One token after the first row, so that what is made ready once is no part of what writing takes. */
export async function writeOne(
  session: TuneSession,
  handle: ModelHandle,
  { prepared, split }: { readonly prepared: Prepared; readonly split: string },
  o: Writing & { readonly batch_size: number },
  stage: Stage,
): Promise<void> {
  const prompts = promptsIn(prepared, split, handle.plan.template !== undefined).slice(0, 1);
  const pieces = session.models.write(handle, prompts, { ...o, max_tokens: 1 }, stage.hostContext, stage.signal);
  while (!(await pieces.next()).done);
}

/** What a model is asked to write after, row by row. */
export function promptsIn(prepared: Prepared, split: string, conversations: boolean): readonly Prompt[] {
  return askedOf(prepared, split, conversations).prompts;
}

/** Of a conversation: what came before its last answer, and that answer. */
function askedOf(
  prepared: Prepared,
  split: string,
  conversations: boolean,
): { prompts: readonly Prompt[]; targets: readonly string[] } {
  if (!conversations)
    return { prompts: textsOf(prepared, split, "input"), targets: textsOf(prepared, split, "target") };
  const streamed = prepared.streamed?.[split];
  const rows = streamed ? streamedConversations(streamed) : conversationsOf(prepared.splits[split]!);
  const answers = rows.map(({ turns }) => turns.findLastIndex(({ role }) => role === "assistant"));
  return {
    prompts: rows.map(({ turns }, i) => turns.slice(0, answers[i])),
    targets: rows.map(({ turns }, i) => turns[answers[i]!]!.content),
  };
}

/** What was asked and should have been written for every row of a split. */
export function wantedOf(
  prepared: Prepared,
  split: string,
): Pick<WrittenMetricInput, "targets"> & { readonly asked: readonly string[] } {
  const has = prepared.streamed?.[split]?.has("messages") ?? prepared.splits[split]?.columnNames().includes("messages");
  const { prompts, targets } = askedOf(prepared, split, has === true);
  return { targets, asked: prompts.map(asText) };
}

function textsOf(prepared: Prepared, split: string, role: string): readonly string[] {
  const streamed = prepared.streamed?.[split];
  if (streamed) return streamed.values(role, 0, streamed.rows).map(String);
  return Array.from(prepared.splits[split]!.array(role) as Iterable<unknown>, String);
}
