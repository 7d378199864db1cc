/**
 * Tokenizes texts on the page: with a model's own tokenizer.json, read by Hugging Face's JavaScript tokenizers and
 * completed with special tokens by the kernel's code. Without one, lengths are estimated and marked as such. Only
 * lengths are used.
 */
import { Tokenizer as Reader } from "@huggingface/tokenizers";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import { questionWindows } from "#kernel/bases/context-windows.js";
import { addSpecialTokens, encodePairWithSpecialTokens } from "#kernel/bases/framing.js";
import { checkTokenizer, type SpecialTokenFrame } from "#kernel/bases/tokenizer-file.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import { correctWhitespacePreTokenizer } from "../rust-words.js";

/** Returns the ids of a text, without special tokens. */
type Plain = (text: string) => readonly number[];
export interface PageTokenizer extends TokenizerImplementation {
  /** Returns the tokens of a text; special tokens in the text are recognized, but none are added. */
  readonly plain: Plain;
  /** Whether lengths are estimates. */
  readonly guessed: boolean;
}

/**
 * Throws the coded errors of `checkTokenizer`, and `broken-tokenizer`.
 * @param file name in error messages
 */
export function tokenizerFromFile(
  file: string,
  bytes: Uint8Array,
  config: Readonly<Record<string, unknown>>,
): PageTokenizer {
  const { json, frame, padId, unknown, blankBeforeWords } = checkTokenizer(file, bytes, config, null);
  const broken = (cause: unknown) =>
    new CodedError("broken-tokenizer", { file, why: (cause as Error).message }, { cause });
  let reader: Reader;
  try {
    const pre_tokenizer = correctWhitespacePreTokenizer(json["pre_tokenizer"]);
    reader = new Reader({ ...json, pre_tokenizer, truncation: null, padding: null }, {});
  } catch (cause) {
    throw broken(cause);
  }
  const plain: Plain = (text) => {
    try {
      return reader.encode(text.replace(/\p{Surrogate}/gu, "\ufffd"), { add_special_tokens: false }).ids;
    } catch (cause) {
      throw broken(cause);
    }
  };
  return implementation(plain, { frame, padId, unknown: unknown ?? padId, blankBeforeWords, guessed: false });
}

/** Estimated letters per token: most words up to this length are one token; longer words are split. */
const letters = 8;

/**
 * Estimates a token for each punctuation mark and each word, more for long words, and one for each Chinese or Japanese
 * character.
 */
export function lengthEstimatingTokenizer(shape: "encoder" | "decoder" | "encoder-decoder"): PageTokenizer {
  const piece = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu;
  const plain: Plain = (text) =>
    (text.match(piece) ?? []).flatMap((part) => new Array<number>(Math.ceil(part.length / letters)).fill(0));
  const none: readonly number[] = [];
  const [before, after] = shape === "encoder" ? [[0], [0]] : shape === "decoder" ? [none, none] : [none, [0]];
  const frame: SpecialTokenFrame = {
    single: { before, after },
    pair: { before, between: after, after, types: [0, 1] },
  };
  return implementation(plain, { frame, padId: 0, unknown: 0, blankBeforeWords: false, guessed: true });
}

interface Settings {
  readonly frame: SpecialTokenFrame;
  readonly padId: number;
  readonly unknown: number;
  readonly blankBeforeWords: boolean;
  readonly guessed: boolean;
}

function implementation(plain: Plain, { frame, padId, unknown, blankBeforeWords, guessed }: Settings): PageTokenizer {
  return {
    plain,
    guessed,
    padId,
    encode: async (texts, most) => texts.map((text) => addSpecialTokens(plain(text), frame.single, most)),
    encodePairs: async (first, second, most) =>
      first.map((text, row) => encodePairWithSpecialTokens(plain(text), plain(second[row]!), frame.pair, most)),
    encodeWords: async (rows) =>
      rows.map((row) => {
        const wordIds = row
          .map((word) => plain(blankBeforeWords ? ` ${word}` : word))
          .map((ids) => (ids.length > 0 ? ids : [unknown]));
        return {
          ids: addSpecialTokens(wordIds.flat(), frame.single, Number.POSITIVE_INFINITY),
          starts: new Int32Array(row.length),
        };
      }),
    encodeContexts: async (questions, contexts, { names, ...options }) => {
      const placed = new Map([...new Set(contexts)].map((context) => [context, unplaced(plain(context))]));
      return contexts.flatMap((context, index) => {
        const question = questions[index]!;
        const row = {
          question,
          context,
          questionIds: plain(question.trimStart()),
          contextEncoding: mustGet(placed, context, "context"),
        };
        return questionWindows(row, frame.pair, { ...options, rowIndex: index, row: names[index]! });
      });
    },
  };
}

/** Only training needs the positions of tokens in the text. */
function unplaced(ids: readonly number[]) {
  return { ids: Int32Array.from(ids), starts: new Int32Array(ids.length), ends: new Int32Array(ids.length) };
}
