/** What a model that writes is asked: a text, or a conversation whose last turn is to be answered. */
import { isRecord } from "#dsl/diagnostics/record.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { usualTurns } from "#stdlib/conversations/turns.run.js";
import type { Turn } from "#stdlib/kinds/conversation.js";
import { spoken } from "../core/data/conversations.js";
import { promptsFor, type Chat } from "../encoding/chat.js";
import type { ContinueOptions } from "./continue-texts.js";

/** A text asked of a chat model is one user's turn. */
export type Prompt = string | readonly Turn[];

/** A prompt in words, as it is shown beside the answer. */
export function asText(prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : spoken(prompt);
}

export interface Told {
  readonly texts: readonly string[];
  readonly tokenizer: ContinueOptions["tokenizer"];
  /** Tokens and texts that end an answer, besides what the model itself ends with. */
  readonly ends: readonly number[];
  readonly stop: readonly string[];
}

/** Prompts as the template writes them: special tokens stand in the text, the tokenizer adds none. */
export async function toldAs(chat: Chat, prompts: readonly Prompt[]): Promise<Told> {
  const texts = await promptsFor(
    chat,
    prompts.map((prompt, i) => ({
      row: i + 1,
      turns: typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt,
    })),
  );
  const { tokenizer, template } = chat;
  const encode = async (written: readonly string[]) => (await tokenizer.encodePlaced(written)).map(({ ids }) => ids);
  const stop = await template.stop(tokenizer.specials);
  const id = tokenizer.idOf(stop);
  return {
    texts,
    tokenizer: { ...tokenizer, encode, frame: { before: [], after: [] } },
    ends: id === null ? [] : [id],
    // A stop that is no token of its own is written out and ends the text there.
    stop: id === null && stop !== "" ? [stop] : [],
  };
}

/** What a TypeScript cell gave: a text, a conversation, or a list of them. Coded errors `texts-expected`, `bad-conversation`. */
export function promptsOf(given: unknown): readonly Prompt[] {
  if (typeof given === "string") return [given];
  if (!Array.isArray(given)) throw new CodedError("texts-expected", { got: typeof given });
  if (given.length > 0 && given.every(isRecord)) return [turnsOf(given, 1)];
  return given.map((one: unknown, i) => {
    if (typeof one === "string") return one;
    if (Array.isArray(one)) return turnsOf(one, i + 1);
    throw new CodedError("texts-expected", { got: `${typeof one} at position ${String(i)}` });
  });
}

function turnsOf(value: unknown, row: number): readonly Turn[] {
  const turns = usualTurns(value);
  if ("refused" in turns) throw new CodedError("bad-conversation", { column: "messages", row, why: turns.refused });
  return turns;
}

/** The conversation up to its last answer, which the model is to give itself. */
export function asked(turns: readonly Turn[]): readonly Turn[] {
  const last = turns.findLastIndex(({ role }) => role === "user");
  return turns.slice(0, last + 1);
}
