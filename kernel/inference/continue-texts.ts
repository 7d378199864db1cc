/**
 * Generates continuations of texts: tokens in and out, batches of similar length, text pieces as they become certain,
 * stop strings.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { DecodedText, DecoderImplementation } from "#stdlib/decoders/kind.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { EngineSession } from "../engines/engine.js";
import { tokensAt, TextsInMemory } from "../data/sequences/token-rows.js";
import { appendEndTokens } from "../data/encoding/end-token.js";
import { generateTexts, type GenerateOptions } from "./generate.js";
import { StopStringFilter } from "./stop-strings.js";
import { IncrementalTextStream } from "./text-stream.js";

export interface ContinueOptions {
  readonly session: Pick<EngineSession, "run">;
  readonly tokenizer: Pick<Tokenizer, "encode" | "decode" | "frame" | "padId" | "cut">;
  readonly decoder: { readonly call: Call; readonly implementation: DecoderImplementation };
  readonly vocabulary: number;
  readonly ends: ReadonlySet<number>;
  readonly positions: number;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly batchSize: number;
  /** For encoder-decoders: the prefix of each text, its end tokens, and the decoder's first tokens. */
  readonly pairs?: {
    readonly prefix: string;
    readonly start: number;
    readonly end: number | null;
    readonly maxLength: number;
  };
  readonly signal?: AbortSignal;
}
/** A piece of the continuation of text `row`. */
export interface ContinuationPiece {
  readonly row: number;
  /** The next part of its text; may be empty at the end. */
  readonly text: string;
  readonly tokens: readonly number[];
  readonly ended: DecodedText["ended"];
}

/**
 * Yields pieces as they are generated, for all texts of a batch concurrently; each text's last piece states why it
 * ended.
 */
export async function* continueTexts(
  texts: readonly string[],
  options: ContinueOptions,
): AsyncGenerator<ContinuationPiece, void, void> {
  yield* continueTokens(
    options.pairs ? await readWhole(texts, options, options.pairs) : await encodeWithoutEndTokens(texts, options),
    options,
  );
}

/** The same for tokenized prompts; `begun`: the tokens already read before each. */
export async function* continueTokens(
  prompts: readonly Int32Array[],
  options: ContinueOptions & Pick<GenerateOptions, "begun">,
): AsyncGenerator<ContinuationPiece, void, void> {
  const order = prompts.map((_, row) => row).sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  for (let start = 0; start < order.length; start += options.batchSize) {
    const numbers = order.slice(start, start + options.batchSize);
    yield* batch(
      numbers,
      numbers.map((row) => prompts[row]!),
      options,
    );
  }
}

async function* batch(
  numbers: readonly number[],
  prompts: readonly Int32Array[],
  settings: ContinueOptions & Pick<GenerateOptions, "begun">,
): AsyncGenerator<ContinuationPiece, void, void> {
  const { call, implementation } = settings.decoder;
  const written = prompts.map((prompt) => ({
    stream: new IncrementalTextStream(settings.tokenizer, settings.pairs ? [] : prompt),
    stops: new StopStringFilter(settings.stop),
    tokens: 0,
  }));
  const options = {
    ...settings,
    decoder: { call, implementation },
    padId: settings.tokenizer.padId,
    numbers,
    ...(settings.pairs && { start: settings.pairs.start }),
  };
  for await (const grown of generateTexts(settings.session, prompts, options))
    for (const { prompt, text, stop } of grown) {
      const textState = written[prompt]!;
      const tokens = text.tokens.slice(textState.tokens);
      textState.tokens = text.tokens.length;
      let piece = textState.stops.push(await textState.stream.push(tokens));
      if (textState.stops.found) {
        if (text.ended === null || text.ended === "length") stop(text.tokens.length);
        yield { row: numbers[prompt]!, text: piece, tokens, ended: "stop" };
        continue;
      }
      if (text.ended !== null) piece += textState.stops.push(await textState.stream.end()) + textState.stops.end();
      if (piece || tokens.length > 0 || text.ended !== null)
        yield { row: numbers[prompt]!, text: piece, tokens, ended: text.ended };
    }
}

export async function encodeWithoutEndTokens(
  texts: readonly string[],
  options: Pick<ContinueOptions, "tokenizer">,
): Promise<readonly Int32Array[]> {
  return (await options.tokenizer.encode(texts, Number.MAX_SAFE_INTEGER)).map((ids) =>
    opened(ids, options.tokenizer.frame.after),
  );
}

/** Encoded as in training: with the prefix, truncated to the trained length, with end tokens. */
async function readWhole(
  texts: readonly string[],
  { tokenizer }: ContinueOptions,
  { prefix, end, maxLength }: NonNullable<ContinueOptions["pairs"]>,
): Promise<readonly Int32Array[]> {
  const tokens = await tokenizer.encode(
    texts.map((text) => prefix + text),
    Number.MAX_SAFE_INTEGER,
  );
  const { ids } = appendEndTokens(new TextsInMemory(tokens), { tokenizer, maxLength, end });
  return texts.map((_, row) => tokensAt(ids, row));
}

/** Removes the end tokens from a prompt: the tokenizer only adds them to complete texts. */
function opened(ids: Int32Array, after: readonly number[]): Int32Array {
  const end = ids.length - after.length;
  return after.length > 0 && after.every((token, i) => ids[end + i] === token) ? ids.slice(0, end) : ids;
}
