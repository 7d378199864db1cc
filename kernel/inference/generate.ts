/**
 * The generation loop: prompts → `prefill` → a decoder chooses → `decode` → …, over a session with the programs of
 * stdlib/programs/generate.ts. A batch is padded on the left, so that all its texts grow at the same cache position.
 * Only tokens, masks and positions are sent to the engine. It returns the likeliest tokens, or the logits if the
 * decoder reads them. An encoder-decoder encodes its complete inputs; all its outputs begin with the decoder's start
 * token.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { DecodedText, DecoderImplementation, Decoding } from "#stdlib/decoders/kind.js";
import type { EngineSession } from "../engines/engine.js";
import { toFloats, scalarI32 } from "../engines/feeds.js";
import type { CachedPromptPrefix } from "./prompted/prompt-prefix.js";

export interface GenerateOptions {
  readonly decoder: { readonly call: Call; readonly implementation: DecoderImplementation };
  readonly vocabulary: number;
  /** End-of-text tokens. */
  readonly ends: ReadonlySet<number>;
  readonly padId: number;
  readonly maxTokens: number;
  /**
   * Maximum number of positions of the model. A prompt plus `maxTokens` must fit, else the coded error
   * `no-room-to-generate` is thrown.
   */
  readonly positions: number;
  /**
   * Start token of an encoder-decoder's decoder; the prompts are then the encoder's inputs. If unset, prompts are
   * continued.
   */
  readonly start?: number;
  /**
   * Prefix shared by all prompts, already in the cache (programs of `buildSharedPrefixPrograms`). Defaults to no prefix.
   */
  readonly begun?: CachedPromptPrefix;
  /** Index of each prompt among all prompts of the request. Defaults to 0, 1, 2, … */
  readonly numbers?: readonly number[];
  readonly signal?: AbortSignal;
}
/** Change of one prompt's text since the last report. */
export interface GeneratedTextUpdate {
  readonly prompt: number;
  readonly text: DecodedText;
  /** Ends the text after its first `keep` tokens; it is not reported again. */
  stop(keep: number): void;
}

/** Yields texts that grew or ended, after each step. Stopping the iteration stops the loop. */
export async function* generateTexts(
  session: Pick<EngineSession, "run">,
  prompts: readonly Int32Array[],
  options: GenerateOptions,
): AsyncGenerator<readonly GeneratedTextUpdate[], void, void> {
  prompts.forEach((prompt) => check(prompt, options));
  const { implementation, call } = options.decoder;
  const { start } = options;
  const seen =
    start === undefined
      ? prompts.map((prompt) => whole(prompt, options.begun))
      : prompts.map(() => Int32Array.of(start));
  const decoding = implementation.begin(call, { ...options, prompts: seen });
  const batch =
    options.start === undefined
      ? new Batch(prompts, options.padId, options.begun?.length ?? 0)
      : new Pairs(prompts, options.start, options.padId);
  const progress = prompts.map(() => ({ tokens: 0, ended: false }));
  let outputs: Int32Array | Float32Array | null = null;
  while (!decoding.done) {
    options.signal?.throwIfAborted();
    outputs ??= await read(session, prompts, batch, decoding, options);
    const { tokens, rows } = decoding.step(outputs);
    const grown = decoding.texts.flatMap((text, prompt): GeneratedTextUpdate[] => {
      const before = progress[prompt]!;
      if (text.tokens.length === before.tokens && (text.ended !== null) === before.ended) return [];
      progress[prompt] = { tokens: text.tokens.length, ended: text.ended !== null };
      const stop = (keep: number): void => {
        decoding.stop(prompt, keep);
        progress[prompt] = { tokens: decoding.texts[prompt]!.tokens.length, ended: true };
      };
      return [{ prompt, text, stop }];
    });
    if (grown.length > 0) yield grown;
    if (decoding.done) return;
    options.signal?.throwIfAborted();
    if (rows && moves(rows, batch.rows)) {
      options.begun?.spreadAnew();
      await session.run("reorder", { order: vector(rows) }, []);
    }
    outputs = await ask(session, "decode", batch.decode(tokens, rows), decoding);
  }
}

/** Runs the first pass over the prompts: `prefill`, or `extend` after a cached prefix. */
async function read(
  session: Pick<EngineSession, "run">,
  prompts: readonly Int32Array[],
  batch: Batch | Pairs,
  decoding: Decoding,
  { begun, maxTokens }: GenerateOptions,
): Promise<Int32Array | Float32Array> {
  const room = batch.length + maxTokens;
  if (!begun) {
    await session.run("reserve", { rows: sized(prompts.length), room: sized(room) }, []);
    return ask(session, "prefill", batch.prefill(), decoding);
  }
  await begun.hold(prompts.length, room);
  const places = prompts.map((_, row) => (row + 1) * batch.length - 1);
  return ask(session, "extend", begun.feeds(prompts, { places }), decoding);
}

function whole(prompt: Int32Array, begun: CachedPromptPrefix | undefined): Int32Array {
  return begun ? Int32Array.from([...begun.tokens, ...prompt]) : prompt;
}

async function ask(
  session: Pick<EngineSession, "run">,
  program: "prefill" | "extend" | "decode",
  feeds: Readonly<Record<string, NDArray>>,
  { reads }: Decoding,
): Promise<Int32Array | Float32Array> {
  const output = (await session.run(program, feeds, [reads]))[reads]!;
  if (reads !== "next") return toFloats(output);
  const bytes = output.bytes.slice();
  return new Int32Array(bytes.buffer, 0, bytes.length / 4);
}

function check(prompt: Int32Array, options: GenerateOptions): void {
  if (prompt.length === 0) throw new CodedError("empty-prompt", {});
  const tokens = options.start === undefined ? (options.begun?.length ?? 0) + prompt.length : 1;
  if (tokens + options.maxTokens > options.positions)
    throw new CodedError("no-room-to-generate", {
      tokens,
      max_tokens: options.maxTokens,
      positions: options.positions,
    });
}

/** Attention masks and positions of a growing batch. */
class Batch {
  readonly length: number;
  private tokens: readonly Int32Array[];
  /** Number of masked padding keys before each row's first token. */
  private padding: readonly number[];
  private keys: number;

  constructor(
    prompts: readonly Int32Array[],
    private readonly padId: number,
    /** Number of keys of the shared prefix. */
    private readonly before: number,
  ) {
    this.length = prompts.reduce((most, p) => Math.max(most, p.length), 0);
    this.tokens = prompts;
    this.padding = prompts.map((p) => this.length - p.length);
    this.keys = before + this.length;
  }
  get rows(): number {
    return this.padding.length;
  }
  prefill(): Record<string, NDArray> {
    const { length, padding } = this;
    const table = (value: (row: number, place: number) => number): NDArray =>
      matrix(this.rows, length, (row, i) => value(row, i - padding[row]!));
    return {
      input_ids: table((row, place) => (place < 0 ? this.padId : this.tokens[row]![place]!)),
      attention_mask: table((_, place) => (place < 0 ? 0 : 1)),
      positions: table((_, place) => Math.max(0, place)),
      last: vector(padding.map((_, row) => (row + 1) * length - 1)),
    };
  }
  decode(tokens: Int32Array, rows: Int32Array | null): Record<string, NDArray> {
    if (rows) this.padding = Array.from(rows, (row) => this.padding[row]!);
    const { padding, keys, before } = this;
    this.keys += 1;
    return {
      input_ids: matrix(this.rows, 1, (row) => tokens[row]!),
      positions: matrix(this.rows, 1, (row) => keys - padding[row]!),
      attention_mask: matrix(this.rows, this.keys, (row, i) => (i < before || i >= before + padding[row]! ? 1 : 0)),
      start: scalarI32(keys),
    };
  }
}

/** Encoder inputs, padded at the end, and the current length of the decoder's texts (the same for all rows). */
class Pairs {
  readonly length = 1;
  private sources: readonly Int32Array[];
  private readonly longest: number;
  private keys = 1;

  constructor(
    inputs: readonly Int32Array[],
    private readonly start: number,
    private readonly padId: number,
  ) {
    this.sources = inputs;
    this.longest = inputs.reduce((most, { length }) => Math.max(most, length), 0);
  }
  get rows(): number {
    return this.sources.length;
  }
  prefill(): Record<string, NDArray> {
    const { sources, longest } = this;
    return {
      input_ids: matrix(this.rows, longest, (row, i) => sources[row]![i] ?? this.padId),
      attention_mask: this.mask(),
      decoder_input_ids: matrix(this.rows, 1, () => this.start),
      last: vector(sources.map((_, row) => row)),
    };
  }
  decode(tokens: Int32Array, rows: Int32Array | null): Record<string, NDArray> {
    if (rows) this.sources = Array.from(rows, (row) => this.sources[row]!);
    const start = this.keys;
    this.keys += 1;
    return {
      attention_mask: this.mask(),
      decoder_input_ids: matrix(this.rows, 1, (row) => tokens[row]!),
      decoder_attention_mask: matrix(this.rows, this.keys, () => 1),
      start: scalarI32(start),
    };
  }
  private mask(): NDArray {
    return matrix(this.rows, this.longest, (row, i) => (i < this.sources[row]!.length ? 1 : 0));
  }
}

/** Whether rows of the batch are reordered or removed. */
function moves(rows: Int32Array, now: number): boolean {
  return rows.length !== now || rows.some((from, row) => from !== row);
}
function matrix(rows: number, columns: number, value: (row: number, column: number) => number): NDArray {
  const data = new Int32Array(rows * columns);
  for (let row = 0; row < rows; row++) for (let i = 0; i < columns; i++) data[row * columns + i] = value(row, i);
  return { dtype: "i32", shape: [rows, columns], bytes: new Uint8Array(data.buffer) };
}
function vector(values: ArrayLike<number>): NDArray {
  return { dtype: "i32", shape: [values.length], bytes: new Uint8Array(Int32Array.from(values).buffer) };
}
/** Returns an array of which only the size is used. */
function sized(n: number): NDArray {
  return { dtype: "i32", shape: [n], bytes: new Uint8Array(4 * n) };
}
