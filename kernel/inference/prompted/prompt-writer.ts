/**
 * Renders and encodes prompts: examples and question as messages of the base model's chat template or, if it has none,
 * separated by blank lines. A prompt that is too long is truncated at the end of the row's own texts; instructions and
 * examples never are.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Message } from "#stdlib/conversations/kind.js";
import type { RowPrompt } from "#stdlib/contenders/shared/prompting/prompted-base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { renderConversationPrompts, renderConversations, type ChatEncodingOptions } from "../../data/encoding/chat.js";
import { encodeWithoutEndTokens } from "../continue-texts.js";

/** Tokenizer and template of a base model. `chat` is null if it has no template. */
export interface BasePromptFormat {
  readonly base: string;
  readonly tokenizer: Tokenizer;
  readonly chat: ChatEncodingOptions | null;
}
/** Separators without a template: before the answer, and between examples; the defaults of lm-evaluation-harness. */
const PLAIN = { answer: " ", next: "\n\n" };
/** Maximum tries of truncating a row, because fewer characters can give more tokens. */
const TRIES = 4;

export interface EncodedPrompts {
  readonly prompts: readonly Int32Array[];
  readonly cut: number;
}

/** `most`: maximum tokens of a prompt. Throws the coded error `prompt-too-long`. */
export async function encodePromptRows(
  rows: readonly RowPrompt[],
  most: number,
  reader: BasePromptFormat,
): Promise<EncodedPrompts> {
  const prompts = [...(await encoded(await textsOf(rows, reader), reader))];
  const long = prompts.flatMap((prompt, row) => (prompt.length > most ? [row] : []));
  if (long.length === 0) return { prompts, cut: 0 };
  const longRows = new Map(long.map((row) => [row, mustExist(rows[row], "a row")]));
  let left = long;
  for (let tried = 0; left.length > 0; tried++) {
    for (const row of left) {
      const over = mustExist(prompts[row], "a prompt").length - most;
      longRows.set(
        row,
        await shortened(mustExist(longRows.get(row), "a row"), tried < TRIES ? over : Infinity, reader),
      );
    }
    const again = await encoded(
      await textsOf(
        left.map((row) => mustExist(longRows.get(row), "a row")),
        reader,
      ),
      reader,
    );
    for (const [i, row] of left.entries()) prompts[row] = mustExist(again[i], "a prompt");
    const still = left.filter((row) => mustExist(prompts[row], "a prompt").length > most);
    const spent = still.find((row) => mustExist(longRows.get(row), "a row").values.every((value) => value === ""));
    if (spent !== undefined) {
      const { shots } = mustExist(rows[spent], "a row");
      const tokens = mustExist(prompts[spent], "a prompt").length;
      throw new CodedError("prompt-too-long", { base: reader.base, tokens, most, shots: shots.length });
    }
    left = still;
  }
  return { prompts, cut: long.length };
}

/** Tokens of answers in the context of a prompt: the tokens that they add to it, as in lm-evaluation-harness. */
export async function encodeAnswers(
  answers: readonly string[],
  row: RowPrompt,
  reader: BasePromptFormat,
): Promise<readonly Int32Array[]> {
  const [text = ""] = await textsOf([row], reader);
  const before = reader.chat ? await leadOf(reader.chat, row) : PLAIN.answer;
  const [alone, ...whole] = await encoded([text, ...answers.map((answer) => text + before + answer)], reader);
  const from = mustExist(alone, "a prompt").length;
  return whole.map((ids, i) => {
    const answerIds = ids.slice(from);
    if (answerIds.length === 0)
      throw new CodedError("answer-without-token", { base: reader.base, answer: answers[i]! });
    return answerIds;
  });
}

/** Returns the text that the template puts between the start of the assistant turn and the answer. */
async function leadOf(chat: ChatEncodingOptions, row: RowPrompt): Promise<string> {
  const PROBE = "answer";
  const messages = messagesOf(row);
  const [prompt = ""] = await renderConversationPrompts(chat, [{ row: 1, messages }]);
  const [whole = ""] = await renderConversations(chat, [
    { row: 1, messages: [...messages, { role: "assistant", content: PROBE }] },
  ]);
  if (!whole.startsWith(prompt)) return "";
  const probeIndex = whole.indexOf(PROBE, prompt.length);
  return probeIndex < 0 ? "" : whole.slice(prompt.length, probeIndex);
}

function messagesOf({ shots, fill, values }: RowPrompt): readonly Message[] {
  const shown = shots.flatMap(({ question, answer }): readonly Message[] => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
  return [...shown, { role: "user", content: fill(values) }];
}

async function textsOf(rows: readonly RowPrompt[], { chat }: BasePromptFormat): Promise<readonly string[]> {
  if (chat)
    return renderConversationPrompts(
      chat,
      rows.map((row, i) => ({ row: i + 1, messages: messagesOf(row) })),
    );
  return rows.map(({ shots, fill, values }) =>
    [...shots.map(({ question, answer }) => question + PLAIN.answer + answer), fill(values)].join(PLAIN.next),
  );
}

async function encoded(
  texts: readonly string[],
  { chat, tokenizer }: BasePromptFormat,
): Promise<readonly Int32Array[]> {
  // A template writes the special tokens itself.
  return chat
    ? (await tokenizer.encodePlaced(texts)).map(({ ids }) => ids)
    : encodeWithoutEndTokens(texts, { tokenizer });
}

/** Removes the last `over` tokens of the row's longest value. */
async function shortened(row: RowPrompt, over: number, { tokenizer }: BasePromptFormat): Promise<RowPrompt> {
  const placed = await tokenizer.encodePlaced(row.values);
  const longest = placed.reduce((best, { ids }, i) => (ids.length > placed[best]!.ids.length ? i : best), 0);
  const keep = mustExist(placed[longest], "a value").ids.length - over;
  const end = keep > 0 ? placed[longest]!.ends[keep - 1]! : 0;
  const values = row.values.map((value, i) => (i === longest ? Array.from(value).slice(0, end).join("") : value));
  return { ...row, values };
}
