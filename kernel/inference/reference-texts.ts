/** Prompts and reference texts for every row of a split, for text metrics. */
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { conversationsOf, readStreamedConversations } from "../data/rows/conversations.js";
import type { PreparedData } from "../data/prepare.js";
import { promptDisplayText, type ModelPrompt } from "./prompts.js";

export function promptsOfSplit(prepared: PreparedData, split: string, conversations: boolean): readonly ModelPrompt[] {
  return promptsAndTargets(prepared, split, conversations).prompts;
}

/** Splits a conversation into the messages before its last answer, and that answer. */
export function promptsAndTargets(
  prepared: PreparedData,
  split: string,
  conversations: boolean,
): { prompts: readonly ModelPrompt[]; targets: readonly string[] } {
  if (!conversations)
    return { prompts: textsOf(prepared, split, "input"), targets: textsOf(prepared, split, "target") };
  const streamed = prepared.streamed?.[split];
  const rows = streamed ? readStreamedConversations(streamed) : conversationsOf(prepared.splits[split]!);
  const answers = rows.map(({ messages }) => messages.findLastIndex(({ role }) => role === "assistant"));
  return {
    prompts: rows.map(({ messages }, i) => messages.slice(0, answers[i])),
    targets: rows.map(({ messages }, i) => contentText(messages[answers[i]!]!)),
  };
}

/** Returns the prompt and the reference text of every row of a split. */
export function promptTextsAndTargets(
  prepared: PreparedData,
  split: string,
): Pick<GeneratedTextMetricInput, "targets"> & { readonly asked: readonly string[] } {
  const has = prepared.streamed?.[split]?.has("messages") ?? prepared.splits[split]?.columnNames().includes("messages");
  const { prompts, targets } = promptsAndTargets(prepared, split, has === true);
  return { targets, asked: prompts.map(promptDisplayText) };
}

function textsOf(prepared: PreparedData, split: string, role: string): readonly string[] {
  const streamed = prepared.streamed?.[split];
  if (streamed) return streamed.values(role, 0, streamed.rows).map(String);
  return Array.from(prepared.splits[split]!.array(role) as Iterable<unknown>, String);
}
