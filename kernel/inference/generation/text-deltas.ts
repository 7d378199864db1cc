/** One text's tokens as they are chosen, into bits as clients are told them: pieces of text, calls of tools, likelihoods, its end. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { StopStrings } from "../stop-strings.js";
import type { Bit, Likelihood, ReadToken } from "./generation-request.js";
import type { CallReader } from "./tool-calls/parser.js";
import type { TextChooser } from "./sampling/sequence-sampler.js";
import type { SlotToken } from "./contract.js";
import { piecesOf, type Pieces } from "./incremental-decoder.js";
import type { TokenBytes } from "./token-bytes.js";

export interface BitOptions {
  readonly choice: number;
  readonly chooser: TextChooser;
  readonly tokenizer: Pick<Tokenizer, "decode" | "spelling">;
  readonly bytes: TokenBytes;
  /** What the text goes on from. */
  readonly before: ArrayLike<number>;
  readonly stop: readonly string[];
  readonly ends: ReadonlySet<number>;
  /** Special tokens whose text is read where tools may be called. */
  readonly marks: ReadonlyMap<number, string>;
  readonly calls: CallReader | null;
}
type Told = NonNullable<Bit["likelihoods"]>[number];

/** Ends with the bit that says why the text ended. Stopping the iteration stops `text`. */
export async function* bitsOf(text: AsyncIterable<SlotToken>, o: BitOptions): AsyncGenerator<Bit, void, void> {
  const { choice, chooser, calls } = o;
  const stops = new StopStrings(o.stop);
  const pieces = new Marked(o);
  let tokens: number[] = [];
  let likelihoods: Told[] = [];
  const bit = (said: Pick<Bit, "text" | "calls" | "ended">): Bit => {
    const shown = { choice, tokens, ...(likelihoods.length > 0 && { likelihoods }), ...said };
    [tokens, likelihoods] = [[], []];
    return shown;
  };
  for await (const { token, likelihoods: told, ended } of text) {
    if (!chooser.closed) {
      tokens.push(token);
      if (told) likelihoods.push(toldOf(told, o.bytes));
    }
    // What ends a text is none of it.
    const over = chooser.closed || (ended === "end" && o.ends.has(token));
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

function readBy(calls: CallReader | null, text: string, over: boolean): Pick<Bit, "text" | "calls"> {
  if (!calls) return { text };
  const now = calls.push(text);
  const rest = over ? calls.end() : { text: "", calls: [] };
  const all = [...now.calls, ...rest.calls];
  return { text: now.text + rest.text, ...(all.length > 0 && { calls: all }) };
}

/** Pieces of text in which special tokens stand that mean something here. */
class Marked {
  private pieces: Pieces;

  constructor(private readonly o: Pick<BitOptions, "tokenizer" | "bytes" | "before" | "marks">) {
    this.pieces = piecesOf(o.tokenizer, o.bytes, o.before);
  }
  async push(token: number): Promise<string> {
    const { tokenizer, bytes, marks } = this.o;
    const mark = marks.get(token);
    if (mark === undefined) return this.pieces.push([token]);
    const before = await this.pieces.end();
    this.pieces = piecesOf(tokenizer, bytes, []);
    return before + mark;
  }
  async end(): Promise<string> {
    return this.pieces.end();
  }
}

/** The same, the prompt's tokens beside the first of them. */
export async function* withPrompt(
  bits: AsyncIterable<Bit>,
  prompt: () => readonly ReadToken[],
): AsyncGenerator<Bit, void, void> {
  let first = true;
  for await (const bit of bits) {
    yield first ? { ...bit, prompt: prompt() } : bit;
    first = false;
  }
}

/** `told`: of each token after the first, itself first and then the likeliest. */
export function readTokens(
  tokens: Int32Array,
  told: readonly (readonly { readonly id: number; readonly logprob: number }[])[],
  bytes: TokenBytes,
): readonly ReadToken[] {
  return Array.from(tokens, (id, i) => {
    const special = bytes.isSpecial(id);
    const own = told[i - 1];
    if (own) return { ...toldOf(own, bytes), special };
    return { ...toldOf([{ id, logprob: 0 }], bytes), logprob: null, top: null, special };
  });
}

const utf8 = new TextEncoder();
function toldOf(told: readonly { readonly id: number; readonly logprob: number }[], bytes: TokenBytes): Told {
  const [chosen, ...top] = told.map(({ id, logprob }): Likelihood => {
    const special = !bytes.exact || bytes.isSpecial(id);
    const own = special ? utf8.encode(bytes.nameOf(id)) : bytes.of(id);
    return { id, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(own), bytes: Array.from(own), logprob };
  });
  return { ...must(chosen, "the chosen token's likelihood"), top };
}
