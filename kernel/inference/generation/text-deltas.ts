/**
 * Turns one text's chosen tokens into the pieces that clients receive: text, tool calls, likelihoods and the end
 * reason.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { StopStringFilter } from "../stop-strings.js";
import type { TextChunk, TokenLikelihood, PromptToken } from "./generation-request.js";
import type { ToolCallStreamParser } from "./tool-calls/parser.js";
import type { SequenceSampler } from "./sampling/sequence-sampler.js";
import type { SlotToken } from "./contract.js";
import type { TokenBytes } from "./token-bytes.js";
import { IncrementalTextStream } from "../text-stream.js";

/**
 * Decodes a text's tokens incrementally. Byte-level tokenizers are decoded synchronously in this process; others send a
 * request to the tokenizer's process. No piece ends within a character.
 */
export interface IncrementalDecoder {
  /** Returns the text that is final after these tokens; may be empty. */
  push(tokens: readonly number[]): string | Promise<string>;
  /** Returns the remaining buffered text. */
  end(): string | Promise<string>;
}

/** `before`: tokens that precede the text. */
export function incrementalDecoderOf(
  tokenizer: Pick<Tokenizer, "decode" | "spelling">,
  bytes: TokenBytes,
  before: ArrayLike<number>,
): IncrementalDecoder {
  const { spelling } = tokenizer;
  if (!spelling) return new IncrementalTextStream(tokenizer, before);
  // Decoders skip special tokens, so a text after only special tokens counts as the beginning of a text.
  const begins = Array.from(before).every((id) => bytes.isSpecial(id));
  const pieces = new BytePieces(bytes, begins ? spelling.strips : 0);
  // A prompt may end within a character that the first tokens complete.
  const tail = Array.from(before).slice(-4);
  pieces.prime(tail.flatMap((id) => Array.from(bytes.bytesOf(id))).slice(-3));
  return pieces;
}

class BytePieces implements IncrementalDecoder {
  /** Treats a leading byte order mark as an ordinary character. */
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(
    private readonly bytes: TokenBytes,
    private strips: number,
  ) {}

  prime(last: readonly number[]): void {
    const lead = last.findLastIndex((byte) => byte >= 0xc0);
    const whole = lead < 0 ? 0 : last[lead]! >= 0xf0 ? 4 : last[lead]! >= 0xe0 ? 3 : 2;
    if (lead >= 0 && last.length - lead < whole)
      this.decoder.decode(Uint8Array.from(last.slice(lead)), { stream: true });
  }
  push(tokens: readonly number[]): string {
    let text = "";
    for (const token of tokens) text += this.decoder.decode(this.bytes.bytesOf(token), { stream: true });
    return this.stripped(text);
  }
  end(): string {
    return this.stripped(this.decoder.decode());
  }
  private stripped(text: string): string {
    if (this.strips === 0) return text;
    let spaces = 0;
    while (spaces < this.strips && text[spaces] === " ") spaces++;
    if (spaces < text.length) this.strips = 0;
    else this.strips -= spaces;
    return text.slice(spaces);
  }
}

export interface TextDeltaOptions {
  readonly choice: number;
  readonly chooser: SequenceSampler;
  readonly tokenizer: Pick<Tokenizer, "decode" | "spelling">;
  readonly bytes: TokenBytes;
  /** Tokens that precede the text. */
  readonly before: ArrayLike<number>;
  readonly stop: readonly string[];
  readonly ends: ReadonlySet<number>;
  /** Special tokens whose text is parsed when tools may be called. */
  readonly marks: ReadonlyMap<number, string>;
  readonly calls: ToolCallStreamParser | null;
}
type Told = NonNullable<TextChunk["likelihoods"]>[number];

/** Ends with the piece that has the end reason. Stopping the iteration stops `text`. */
export async function* textDeltas(
  text: AsyncIterable<SlotToken>,
  options: TextDeltaOptions,
): AsyncGenerator<TextChunk, void, void> {
  const { choice, chooser, calls } = options;
  const stops = new StopStringFilter(options.stop);
  const pieces = new Marked(options);
  let tokens: number[] = [];
  let likelihoods: Told[] = [];
  const bit = (delta: Pick<TextChunk, "text" | "calls" | "ended">): TextChunk => {
    const shown = { choice, tokens, ...(likelihoods.length > 0 && { likelihoods }), ...delta };
    [tokens, likelihoods] = [[], []];
    return shown;
  };
  for await (const { token, likelihoods: logprobs, ended } of text) {
    if (!chooser.closed) {
      tokens.push(token);
      if (logprobs) likelihoods.push(toldOf(logprobs, options.bytes));
    }
    // The token that ends a text is not part of it.
    const over = chooser.closed || (ended === "end" && options.ends.has(token));
    let piece = over ? "" : await pieces.push(token);
    if (ended !== null) piece += await pieces.end();
    let shown = stops.push(piece);
    if (ended !== null && !stops.found) shown += stops.end();
    const why = stops.found ? "stop" : ended;
    const read = readBy(calls, shown, why !== null);
    const end = why === "end" && calls?.called === true ? "tools" : why;
    if (read.text || read.calls || end !== null) yield bit({ ...read, ended: end });
    if (end !== null) return;
  }
}

function readBy(calls: ToolCallStreamParser | null, text: string, over: boolean): Pick<TextChunk, "text" | "calls"> {
  if (!calls) return { text };
  const now = calls.push(text);
  const rest = over ? calls.end() : { text: "", calls: [] };
  const all = [...now.calls, ...rest.calls];
  return { text: now.text + rest.text, ...(all.length > 0 && { calls: all }) };
}

/** Decoder for text that contains special tokens with a meaning for tool calls. */
class Marked {
  private pieces: IncrementalDecoder;

  constructor(private readonly options: Pick<TextDeltaOptions, "tokenizer" | "bytes" | "before" | "marks">) {
    this.pieces = incrementalDecoderOf(options.tokenizer, options.bytes, options.before);
  }
  async push(token: number): Promise<string> {
    const { tokenizer, bytes, marks } = this.options;
    const mark = marks.get(token);
    if (mark === undefined) return this.pieces.push([token]);
    const before = await this.pieces.end();
    this.pieces = incrementalDecoderOf(tokenizer, bytes, []);
    return before + mark;
  }
  async end(): Promise<string> {
    return this.pieces.end();
  }
}

/** Passes the pieces on, with the prompt's tokens added to the first. */
export async function* withPromptTokens(
  bits: AsyncIterable<TextChunk>,
  prompt: () => readonly PromptToken[],
): AsyncGenerator<TextChunk, void, void> {
  let first = true;
  for await (const bit of bits) {
    yield first ? { ...bit, prompt: prompt() } : bit;
    first = false;
  }
}

/** `told`: for each token after the first, its own likelihood and then the likeliest tokens. */
export function scoredPromptTokens(
  tokens: Int32Array,
  logprobs: readonly (readonly { readonly id: number; readonly logprob: number }[])[],
  bytes: TokenBytes,
): readonly PromptToken[] {
  return Array.from(tokens, (id, i) => {
    const special = bytes.isSpecial(id);
    const tokenLogprobs = logprobs[i - 1];
    if (tokenLogprobs) return { ...toldOf(tokenLogprobs, bytes), special };
    return { ...toldOf([{ id, logprob: 0 }], bytes), logprob: null, top: null, special };
  });
}

const utf8 = new TextEncoder();
function toldOf(logprobs: readonly { readonly id: number; readonly logprob: number }[], bytes: TokenBytes): Told {
  const [chosen, ...top] = logprobs.map(({ id, logprob }): TokenLikelihood => {
    const special = !bytes.exact || bytes.isSpecial(id);
    const tokenBytes = special ? utf8.encode(bytes.nameOf(id)) : bytes.bytesOf(id);
    return {
      id,
      text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(tokenBytes),
      bytes: Array.from(tokenBytes),
      logprob,
    };
  });
  return { ...mustExist(chosen, "the chosen token's likelihood"), top };
}
