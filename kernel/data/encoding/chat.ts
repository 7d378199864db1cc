/**
 * Encodes conversations as tokens. The chat template renders a conversation as pieces of text, some of which are
 * answers. A token is trained if it contains a character of a trained answer. No text search is involved.
 */
import { createHash } from "node:crypto";
import type { DataReadingSettings } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Message, RenderedPiece } from "#stdlib/conversations/kind.js";
import type { BaseModel } from "../../bases/base.js";
import { sandboxRenderer, vocabularyTemplateRenderer, type ChatRenderer } from "../../bases/chat-renderer.js";
import { chatTemplateIn } from "../../bases/chat-template.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { ConversationRows, MeasuredChats } from "../rows/conversations.js";
import { loadImplementation } from "../../host/load-implementation.js";

export interface ChatEncodingOptions {
  /** Name of the template: a word of the vocabulary, or `base's own`. */
  readonly name: string;
  /** Identifies the template in cache keys. */
  readonly key: string;
  readonly renderer: ChatRenderer;
  readonly tokenizer: Tokenizer;
  readonly learn: "all" | "last";
}
type UncachedChat = Omit<ChatEncodingOptions, "key">;
/** A conversation's tokens. `trained` is 1 for each token that counts in the loss. */
export interface TokenizedChat {
  readonly ids: Int32Array;
  readonly trained: Uint8Array;
}

/**
 * Its rendering is part of the cache key, so that rows are encoded again when a template of the vocabulary changes.
 */
const PROBE: readonly Message[] = [
  { role: "user", content: "a" },
  { role: "assistant", content: "b" },
  { role: "user", content: "c" },
];

/** Returns null if the task reads no conversations. Throws the coded errors of templates. */
export async function chatEncodingOptionsOf(
  reader: DataReadingSettings,
  base: BaseModel,
  tokenizer: Tokenizer,
): Promise<ChatEncodingOptions | null> {
  const { template, learn = "all" } = reader;
  if (template === undefined) return null;
  if (template) {
    const implementation = await loadImplementation(template, "template");
    const options = { specials: tokenizer.specials, addGenerationPrompt: false };
    const key = JSON.stringify([template, implementation.render(PROBE, options)]);
    return { name: template.word, key, renderer: vocabularyTemplateRenderer(implementation), tokenizer, learn };
  }
  const source = chatTemplateIn(base.folder);
  if (source === null) throw new CodedError("no-template", { base: reader.name, has: ["chatml", "plain"] });
  const key = createHash("sha256").update(source).digest("hex");
  return { name: "base's own", key, renderer: sandboxRenderer(base.folder, source), tokenizer, learn };
}

/**
 * Encodes complete conversations. Throws the coded errors `template-refuses`, `template-prefix-differs`,
 * `nothing-to-train`.
 */
export async function encodeChats(
  rows: ConversationRows,
  chat: UncachedChat,
  data: string,
): Promise<readonly TokenizedChat[]> {
  const wanted = rows.map(({ row, messages }) => {
    const answers = answersOf(messages, chat.learn);
    if (answers.size === 0) {
      const why = messages.some(({ role }) => role === "assistant")
        ? "no turn of the assistant's in it is trained, its weights say"
        : "no turn in it is the assistant's";
      throw new CodedError("nothing-to-train", { data, row, why });
    }
    return answers;
  });
  const pieces = await piecesOf(chat, rows, false);
  const written = rows.map(({ row }, i) => ({ row, wanted: wanted[i]!, pieces: pieces[i]! }));
  const placed = await chat.tokenizer.encodePlaced(written.map(({ pieces }) => joinedText(pieces)));
  await demandSamePrompts(
    chat,
    rows.map((row, i) => ({ ...row, wanted: wanted[i]!, pieces: pieces[i]! })),
  );
  return written.map(({ row, wanted, pieces }, i) => {
    const { ids, starts, ends } = placed[i]!;
    const trained = trainedTokenMask(pieces, wanted, starts, ends);
    // The first token has no context, so it can't be predicted.
    if (!trained.includes(1, 1))
      throw new CodedError("nothing-to-train", { data, row, why: "its answer has no token" });
    return { ids, trained };
  });
}

/**
 * Measures each conversation's tokens without truncation, and the ends of answers. Throws the coded errors of
 * `encodeChats` before a run starts.
 */
export async function measureChats(rows: ConversationRows, chat: UncachedChat, data: string): Promise<MeasuredChats> {
  const encoded = await encodeChats(rows, chat, data);
  const lengths = Int32Array.from(encoded, ({ ids }) => ids.length - 1);
  const stop = await chat.renderer.stop(chat.tokenizer.specials);
  if (stop === "") return { lengths };
  const id = chat.tokenizer.idOf(stop);
  const ends = encoded.map((row) => firstStop(row, id)).filter((position) => position > 0);
  const starts = encoded.map(({ trained }) => trained.indexOf(1, 1));
  const least = (all: readonly number[]): number => all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = (all: readonly number[]): number => all.reduce((a, b) => Math.max(a, b), 0);
  return { lengths, stops: { soonest: ends.length > 0 ? least(ends) : null, latestStart: greatest(starts) } };
}

/** Returns how conversations are measured for the model that reads them. */
export async function chatMeasurer(reader: DataReadingSettings, base: BaseModel, tokenizer: Tokenizer, data: string) {
  const chat = await chatEncodingOptionsOf(reader, base, tokenizer);
  return chat ? (rows: ConversationRows) => measureChats(rows, chat, data) : undefined;
}

/**
 * Returns the steps up to and including the token that ends the first trained answer; −1: none. Without a stop token,
 * the answer's last token counts.
 */
function firstStop({ ids, trained }: TokenizedChat, stop: number | null): number {
  const start = trained.indexOf(1, 1);
  if (stop === null) {
    const after = trained.indexOf(0, start);
    return (after < 0 ? trained.length : after) - 1;
  }
  return ids.findIndex((id, position) => position >= start && id === stop && trained[position] === 1);
}

/** Renders prompts that end with the generation prompt. `row` names the conversation in errors. */
export async function renderConversationPrompts(
  chat: UncachedChat,
  rows: ConversationRows,
): Promise<readonly string[]> {
  for (const { row, messages } of rows)
    if (messages.at(-1)?.role !== "user")
      throw new CodedError("template-refuses", {
        template: chat.name,
        row,
        why: "the turn to be answered is not the user's",
      });
  return (await piecesOf(chat, rows, true)).map(joinedText);
}

export async function renderConversations(
  chat: ChatEncodingOptions,
  rows: ConversationRows,
): Promise<readonly string[]> {
  return (await piecesOf(chat, rows, false)).map(joinedText);
}

/**
 * Truncates to at most `most` steps. The end is cut off; if no trained token would remain, the beginning is cut off
 * instead, so that the last trained token stays.
 */
export function truncateChat(chat: TokenizedChat, most: number): TokenizedChat {
  if (chat.ids.length <= most + 1) return chat;
  const fits = chat.trained.subarray(0, most + 1).includes(1, 1);
  const end = fits ? most + 1 : chat.trained.lastIndexOf(1) + 1;
  const from = end - (most + 1);
  return { ids: chat.ids.slice(from, end), trained: chat.trained.slice(from, end) };
}

/**
 * Checks that the text before trained answers equals the prompt of a prediction. Answers that don't follow a user's
 * turn are skipped, since predictions always answer one. Of a long conversation only the first and last answers are
 * compared, because templates treat the others alike and each prompt is rendered from the beginning.
 */
async function demandSamePrompts(
  chat: UncachedChat,
  rows: readonly (ConversationRows[number] & {
    readonly wanted: ReadonlySet<number>;
    readonly pieces: readonly RenderedPiece[];
  })[],
): Promise<void> {
  const answered = rows.flatMap(({ row, messages, wanted, pieces }) =>
    endsOf([...wanted]).flatMap((answer) => {
      const trained = messages[answer - 1]?.role === "user" ? beforeAnswer(pieces, answer) : null;
      return trained === null ? [] : [{ row, messages: messages.slice(0, answer), trained }];
    }),
  );
  const prompts = (await piecesOf(chat, answered, true)).map(joinedText);
  for (const [i, { row, trained }] of answered.entries()) {
    const prompt = prompts[i]!;
    if (trained === prompt || trained === `${prompt}${SPACE}`) continue;
    const from = Math.max(0, commonStart(trained, prompt) - CONTEXT);
    const shown = (text: string): string => text.slice(from, from + SHOWN);
    const mismatch = { trained: shown(trained), asked: shown(prompt) };
    throw new CodedError("template-prefix-differs", { template: chat.name, row, ...mismatch });
  }
}
/**
 * The templates of LLaMA 2 and Mistral put a space before an answer, and none after a prompt. In most tokenizers it is
 * part of the answer's first token; where it is a token of its own, transformers' mask excludes it, too.
 */
const SPACE = " ";
/** Displayed characters before the difference of two texts, and maximum displayed characters. */
const CONTEXT = 24;
const SHOWN = 80;

function commonStart(a: string, b: string): number {
  let position = 0;
  while (position < a.length && a[position] === b[position]) position++;
  return position;
}

/** Returns the text before an answer; null if the answer is empty. */
function beforeAnswer(pieces: readonly RenderedPiece[], answer: number): string | null {
  const pieceIndex = pieces.findIndex((piece) => piece.answer === answer);
  return pieceIndex < 0 || pieces[pieceIndex]!.text === "" ? null : joinedText(pieces.slice(0, pieceIndex));
}

/** Number of answers compared at each end of a conversation. */
const AT_ENDS = 4;
const endsOf = (answers: readonly number[]): readonly number[] =>
  answers.length <= 2 * AT_ENDS ? answers : [...answers.slice(0, AT_ENDS), ...answers.slice(-AT_ENDS)];

function answersOf(messages: readonly Message[], learn: ChatEncodingOptions["learn"]): ReadonlySet<number> {
  const answers = messages.flatMap(({ role, trained }, i) => (role === "assistant" && trained !== false ? [i] : []));
  return new Set(learn === "last" ? answers.slice(-1) : answers);
}

async function piecesOf(
  { renderer, tokenizer, name }: UncachedChat,
  rows: ConversationRows,
  addGenerationPrompt: boolean,
): Promise<readonly (readonly RenderedPiece[])[]> {
  const rendered = await renderer.renderChats(
    rows.map(({ messages }) => messages),
    { specials: tokenizer.specials, addGenerationPrompt },
  );
  return rendered.map((pieces, i) => {
    if ("refused" in pieces)
      throw new CodedError("template-refuses", { template: name, row: rows[i]!.row, why: pieces.refused });
    return pieces;
  });
}

function joinedText(pieces: readonly RenderedPiece[]): string {
  return pieces.map(({ text }) => text).join("");
}

/**
 * Returns 1 for each token that contains a character of a trained answer. Zero-width tokens take the value of the
 * character before them.
 */
export function trainedTokenMask(
  pieces: readonly RenderedPiece[],
  wanted: ReadonlySet<number>,
  starts: Int32Array,
  ends: Int32Array,
): Uint8Array {
  const spans: [number, number][] = [];
  let position = 0;
  for (const { text, answer } of pieces) {
    const length = Array.from(text).length;
    if (answer !== undefined && wanted.has(answer) && length > 0) spans.push([position, position + length]);
    position += length;
  }
  const inside = (from: number, to: number): boolean =>
    spans.some(([a, b]) => (from < to ? from < b && to > a : a < from && from <= b));
  return Uint8Array.from(starts, (from, i) => (inside(from, ends[i]!) ? 1 : 0));
}
