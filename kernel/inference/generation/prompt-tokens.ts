/**
 * What a request asks to be written on, as tokens: a text is left open, a conversation stands as its template writes it, an
 * encoder's text is read as in training. What is longer than there is room for is cut, or refused.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { tokensAt, TextsInMemory } from "../../data/sequences/token-rows.js";
import type { ChatEncoding } from "../../data/encoding/chat.js";
import { appendEndTokens } from "../../data/encoding/end-token.js";
import { encodeWithoutEnd } from "../continue-texts.js";
import { charactersForTokens, encodeTextParts, cutTextPart } from "../gathering/prefix-encoding.js";
import { tokenizerForRequest } from "../gathering/merged-encoding.js";
import { renderChatPrompt } from "./chat-prompt.js";
import type { GenerationRequest } from "./generation-request.js";

/** Characters in which what stands before every text is found. */
const OPENING = 1024;

export interface PromptEncoder {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly chat: ChatEncoding | null;
  /** Tokens that the model knows: its tokenizer's, or more. */
  readonly vocabulary: number;
  /** Most tokens of a prompt and its text together; of an encoder-decoder, of its text with the token it begins with. */
  readonly room: number;
  /** Of an encoder-decoder: what stands before each text, how it ends, how long it may be. */
  readonly pairs: { readonly prefix: string; readonly end: number | null; readonly maxLength: number } | null;
}
export interface EncodedPrompt {
  readonly tokens: Int32Array;
  readonly cut: boolean;
  /** Most tokens that can be written. */
  readonly room: number;
}
type Asked = Pick<GenerationRequest, "prompt" | "truncate" | "maxTokens" | "signal">;

/** `tools` are written into a conversation; `begun` stands after it. Coded errors `empty-prompt`, `text-too-long`, `token-unknown`, those of templates. */
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
  // Room for the text that is asked for, but no more than half of all.
  const wanted = Math.max(1, Math.min(request.maxTokens ?? Infinity, reader.room >> 1));
  return { tokens: lastOf(tokens, reader.room - wanted, reader.tokenizer.frame.before), cut: true, room: wanted };
}

/** An id beyond the vocabulary would fail in the engine, for all that are written beside it. */
function demandKnown({ name: model, vocabulary }: PromptEncoder, prompt: GenerationRequest["prompt"]): void {
  if (!(prompt instanceof Int32Array)) return;
  for (const id of prompt)
    if (id < 0 || id >= vocabulary) throw new CodedError("token-unknown", { model, id, vocabulary });
}

interface Tokens {
  readonly tokens: Int32Array;
  /** Whether there may be more before them: as many as there is room for are read. */
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
  const [tokens] = await encodeWithoutEnd([prompt], { tokenizer: ends });
  if (tokens && tokens.length > 0) return { tokens, orMore: prompt.length > charactersForTokens(room) };
  // Nothing to go on from: a text begins as the tokenizer says.
  const first = tokenizer.idOf(tokenizer.specials.bos);
  return { tokens: Int32Array.from(first === null ? [] : [first]), orMore: false };
}

/** Special tokens stand in it. Of one that is far too long its end is read, after what stands before every text. */
async function conversationTokens(tokenizer: Tokenizer, text: string, room: number): Promise<Tokens> {
  const placed = async (texts: readonly string[]): Promise<readonly Int32Array[]> =>
    (await tokenizer.encodePlaced(texts)).map(({ ids }) => ids);
  const [tokens] = await encodeTextParts([text], { tokens: room, from: "end" }, placed);
  const chatTokens = must(tokens, "a conversation's tokens");
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

/** The end of a prompt, after what the tokenizer puts before every text if the prompt has it. */
function lastOf(tokens: Int32Array, most: number, before: readonly number[]): Int32Array {
  const framed = before.length < most && before.every((token, i) => tokens[i] === token);
  const leading = framed ? before : [];
  return Int32Array.from([...leading, ...tokens.subarray(tokens.length - (most - leading.length))]);
}

/** As in training: with the prefix, ended, cut at the length that was trained. */
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
