/**
 * Encodes the prompt of a generation request. A text is left open, a conversation is rendered by its template, and an
 * encoder's text is encoded as in training. A prompt that is too long is truncated or refused.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { tokensAt, TextsInMemory } from "../../data/sequences/token-rows.js";
import type { ChatEncodingOptions } from "../../data/encoding/chat.js";
import { appendEndTokens } from "../../data/encoding/end-token.js";
import { encodeWithoutEndTokens } from "../continue-texts.js";
import { charactersForTokens, encodeTextParts, cutTextPart } from "../gathering/prefix-encoding.js";
import { tokenizerForRequest } from "../gathering/merged-encoding.js";
import { renderChatPrompt } from "./chat-prompt.js";
import type { GenerationRequest } from "./generation-request.js";

/** Number of leading characters that are encoded to find the tokens before every text. */
const OPENING = 1024;

export interface PromptEncoder {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly chat: ChatEncodingOptions | null;
  /** Number of tokens that the model knows, at least as many as its tokenizer's. */
  readonly vocabulary: number;
  /**
   * Maximum tokens of a prompt and its text together; for an encoder-decoder, of the decoder's text including its start
   * token.
   */
  readonly room: number;
  /** Settings of an encoder-decoder: prefix of each text, end token and maximum length. */
  readonly pairs: { readonly prefix: string; readonly end: number | null; readonly maxLength: number } | null;
}
export interface EncodedPrompt {
  readonly tokens: Int32Array;
  readonly cut: boolean;
  /** Maximum number of tokens that can be generated. */
  readonly room: number;
}
type Asked = Pick<GenerationRequest, "prompt" | "truncate" | "maxTokens" | "signal">;

/**
 * Encodes a request's prompt. `tools` are rendered into a conversation, and `begun` is appended to it. Throws the coded
 * errors `empty-prompt`, `text-too-long`, `token-unknown`, and those of templates.
 */
export async function encodePrompt(
  reader: PromptEncoder,
  request: Asked,
  tools: readonly ToolDefinition[],
  begun: string,
): Promise<EncodedPrompt> {
  demandKnown(reader, request.prompt);
  if (reader.pairs) return readWhole(reader, request, reader.pairs);
  const { tokens, orMore } = await tokensOf(reader, request, tools, begun);
  if (tokens.length === 0) throw new CodedError("empty-prompt", {});
  const most = reader.room - 1;
  if (tokens.length <= most) return { tokens, cut: false, room: reader.room - tokens.length };
  if (!request.truncate) throw tooLong(reader, tokens.length, most, orMore);
  // Reserves positions for the requested text, but at most half of all.
  const wanted = Math.max(1, Math.min(request.maxTokens ?? Infinity, reader.room >> 1));
  return { tokens: lastOf(tokens, reader.room - wanted, reader.tokenizer.frame.before), cut: true, room: wanted };
}

/** Rejects ids beyond the vocabulary: they would fail in the engine for all texts of the step. */
function demandKnown({ name: model, vocabulary }: PromptEncoder, prompt: GenerationRequest["prompt"]): void {
  if (!(prompt instanceof Int32Array)) return;
  for (const id of prompt)
    if (id < 0 || id >= vocabulary) throw new CodedError("token-unknown", { model, id, vocabulary });
}

interface Tokens {
  readonly tokens: Int32Array;
  /** Whether the count is a lower bound: only as many tokens are encoded as fit. */
  readonly orMore: boolean;
}
async function tokensOf(
  { name, tokenizer, chat, room }: PromptEncoder,
  { prompt, signal }: Asked,
  tools: readonly ToolDefinition[],
  begun: string,
): Promise<Tokens> {
  if (prompt instanceof Int32Array) return { tokens: prompt, orMore: false };
  if (isConversation(prompt)) {
    if (!chat) throw new CodedError("no-template", { base: name, has: ["chatml", "plain"] });
    const text = (await renderChatPrompt(chat, prompt, tools, name)) + begun;
    return conversationTokens(tokenizerForRequest(tokenizer, { tokens: room, from: "end", signal }), text, room);
  }
  const ends = tokenizerForRequest(tokenizer, { tokens: room, from: "end", signal });
  const [tokens] = await encodeWithoutEndTokens([prompt], { tokenizer: ends });
  if (tokens && tokens.length > 0) return { tokens, orMore: prompt.length > charactersForTokens(room) };
  // An empty prompt begins with the tokenizer's start token.
  const first = tokenizer.idOf(tokenizer.specials.bos);
  return { tokens: Int32Array.from(first === null ? [] : [first]), orMore: false };
}

/**
 * The text contains special tokens. If it is far too long, only its end is encoded, after the tokens before every text.
 */
async function conversationTokens(tokenizer: Tokenizer, text: string, room: number): Promise<Tokens> {
  const placed = async (texts: readonly string[]): Promise<readonly Int32Array[]> =>
    (await tokenizer.encodePlaced(texts)).map(({ ids }) => ids);
  const [tokens] = await encodeTextParts([text], { tokens: room, from: "end" }, placed);
  const chatTokens = mustExist(tokens, "a conversation's tokens");
  if (chatTokens.length <= room) return { tokens: chatTokens, orMore: false };
  const { before } = tokenizer.frame;
  const [begin] = await placed([cutTextPart(text, OPENING, "start")]);
  const opened = before.length > 0 && before.every((token, i) => begin?.[i] === token);
  const whole = before.every((token, i) => chatTokens[i] === token);
  return {
    tokens: opened && !whole ? Int32Array.from([...before, ...chatTokens]) : chatTokens,
    orMore: text.length > charactersForTokens(room),
  };
}
export function isConversation(prompt: GenerationRequest["prompt"]): prompt is readonly Message[] {
  return Array.isArray(prompt);
}

/** Returns the end of a prompt, after the tokenizer's leading tokens if the prompt has them. */
function lastOf(tokens: Int32Array, most: number, before: readonly number[]): Int32Array {
  const framed = before.length < most && before.every((token, i) => tokens[i] === token);
  const leading = framed ? before : [];
  return Int32Array.from([...leading, ...tokens.subarray(tokens.length - (most - leading.length))]);
}

/** Encodes the text as in training: with prefix and end token, truncated at the trained length. */
async function readWhole(
  reader: PromptEncoder,
  { prompt, truncate, signal }: Asked,
  { prefix, end, maxLength }: NonNullable<PromptEncoder["pairs"]>,
): Promise<EncodedPrompt> {
  const { tokenizer, room } = reader;
  if (isConversation(prompt)) throw new CodedError("no-template", { base: reader.name, has: [] });
  const encoded =
    prompt instanceof Int32Array
      ? [prompt]
      : await tokenizerForRequest(tokenizer, { tokens: maxLength, from: "start", signal }).encode(
          [prefix + prompt],
          Number.MAX_SAFE_INTEGER,
        );
  const whole = appendEndTokens(new TextsInMemory(encoded), { tokenizer, maxLength: Number.MAX_SAFE_INTEGER, end });
  const { length } = tokensAt(whole.ids, 0);
  if (length > maxLength && !truncate)
    throw tooLong(
      reader,
      length,
      maxLength,
      !(prompt instanceof Int32Array) && prompt.length > charactersForTokens(maxLength),
    );
  const { ids } = appendEndTokens(new TextsInMemory(encoded), { tokenizer, maxLength, end });
  const tokens = tokensAt(ids, 0);
  if (tokens.length === 0) throw new CodedError("empty-prompt", {});
  return { tokens, cut: length > maxLength, room: room - 1 };
}

function tooLong({ name }: PromptEncoder, tokens: number, most: number, orMore: boolean): CodedError<"text-too-long"> {
  return new CodedError("text-too-long", { model: name, at: 1, tokens, most, ...(orMore && { orMore }) });
}
