/**
 * Converts texts to rows of tokens as the notebook does: the model's own tokenizer.json, read by Hugging Face's
 * JavaScript tokenizers; the kernel's code adds special tokens and truncates. The verification of a deployment compares
 * the ids with the notebook's.
 */
import { Tokenizer as Reader } from "@huggingface/tokenizers";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { questionWindows } from "#kernel/bases/context-windows.js";
import { truncateWithSpecialTokens, addSpecialTokens, encodePairWithSpecialTokens } from "#kernel/bases/framing.js";
import { checkTokenizer, type CheckedTokenizer } from "#kernel/bases/tokenizer-file.js";
import type { QuestionContextWindow, TokenizerVocabularyFacts } from "#stdlib/tasks/kind.js";
import type { ModelInputText, PageDemoData } from "#stdlib/targets/shared/page/demo.js";
import { whitespaceWords } from "#stdlib/tasks/shared/whitespace-words.js";
import { correctWhitespacePreTokenizer } from "../rust-words.js";
import { tokenizeWithOffsets, type TokenizerFunctions } from "./placed.js";

export interface TokenizedDemoRow {
  readonly ids: Int32Array;
  /** Which of two texts each token belongs to; unset for a single text. */
  readonly types?: Int32Array;
  /** Position of the first piece of each word, and the number of words that were cut off. */
  readonly words?: { readonly starts: Int32Array; readonly cut: number };
  /** A question with a part of its context. */
  readonly window?: QuestionContextWindow;
  /** Number of tokens of the complete text. */
  readonly whole: number;
}

export class DemoRowTokenizer {
  readonly names: TokenizerVocabularyFacts;
  private readonly reader: Reader;
  private readonly checked: CheckedTokenizer;
  /** Special tokens around texts. */
  private readonly framing: ReadonlySet<number>;

  /** Throws the coded errors of `checkTokenizer`. */
  constructor(
    private readonly demo: PageDemoData,
    file: Uint8Array,
    settings: Readonly<Record<string, unknown>> | null,
  ) {
    this.checked = checkTokenizer("tokenizer.json", file, demo.config, settings);
    const { json, vocabulary, added, mask, special } = this.checked;
    const pre_tokenizer = correctWhitespacePreTokenizer(json["pre_tokenizer"]);
    this.reader = new Reader({ ...json, pre_tokenizer, truncation: null, padding: null }, {});
    const { single, pair } = this.checked.frame;
    this.framing = new Set([...single.before, ...single.after, ...pair.before, ...pair.between, ...pair.after]);
    // If two tokens share an id, the added one is used.
    const tokens = new Map([...vocabulary, ...added].map(([token, id]) => [id, token]));
    this.names = {
      vocabulary: tokens.size,
      mask,
      special,
      tokens: (ids) => Array.from(ids, (id) => tokens.get(id) ?? ""),
    };
  }

  /** @param words whether the task predicts per word */
  row(input: ModelInputText, words: boolean): TokenizedDemoRow {
    if (typeof input !== "string") return this.pair(input);
    return words ? this.ofWords(input) : this.text(input);
  }

  /**
   * Encodes a question with its context; a long context gives several rows.
   * @param overlap tokens that neighbouring rows share
   */
  contexts([question, context]: readonly [string, string], overlap: number): readonly TokenizedDemoRow[] {
    const placed = tokenizeWithOffsets(context, this.parts);
    const both = { question, context, questionIds: this.plain(question.trimStart()), contextEncoding: placed };
    const windows = questionWindows(both, this.checked.frame.pair, {
      length: this.demo.maxLength,
      overlap,
      rowIndex: 0,
      row: 1,
    });
    return windows.map(({ ids, types, ...window }) => ({
      ids,
      window,
      whole: ids.length,
      ...(this.demo.tokenTypes && { types }),
    }));
  }

  private get parts(): TokenizerFunctions {
    const { normalizer, pre_tokenizer: parting } = this.reader;
    return {
      plain: (text) => this.plain(text),
      tokens: (ids) => this.names.tokens(Int32Array.from(ids)),
      normalized: (text) => (normalizer ? normalizer.normalize(text) : text),
      words: (text) => (parting ? parting.pre_tokenize([text]) : [text]),
      added: [...this.checked.added].sort(([a], [b]) => b.length - a.length),
    };
  }

  /** Warns if the tokenizer does not know most of the text: the prediction then means little. */
  doubts(rows: readonly TokenizedDemoRow[]): readonly string[] {
    const { special } = this.names;
    const content = rows.flatMap(({ ids }) => Array.from(ids)).filter((id) => !this.framing.has(id));
    if (content.length === 0) return ["The text is empty for the model: its answer means nothing."];
    const names = this.names.tokens(Int32Array.from(content));
    const strange = content.filter(
      (id, i) => id === this.checked.unknown || (!special.has(id) && isLetter(names[i] ?? "")),
    );
    if (strange.length < MOSTLY * content.length) return [];
    return ["The model has no words for most of this text: its answer means little."];
  }

  private plain(text: string): readonly number[] {
    return this.reader.encode(text.replace(/\p{Surrogate}/gu, "\ufffd"), { add_special_tokens: false }).ids;
  }

  private text(text: string): TokenizedDemoRow {
    const whole = addSpecialTokens(this.plain(text), this.checked.frame.single, Number.POSITIVE_INFINITY);
    return {
      ids: truncateWithSpecialTokens(whole, this.checked.frame.single, this.demo.maxLength),
      whole: whole.length,
    };
  }

  private pair([first, second]: readonly [string, string]): TokenizedDemoRow {
    const { pair } = this.checked.frame;
    const [a, b] = [this.plain(first), this.plain(second)];
    const { ids, types } = encodePairWithSpecialTokens(a, b, pair, this.demo.maxLength);
    const specials = pair.before.length + pair.between.length + pair.after.length;
    return { ids, whole: a.length + b.length + specials, ...(this.demo.tokenTypes && { types }) };
  }

  /** A word is included if its first piece is. */
  private ofWords(text: string): TokenizedDemoRow {
    const { frame, unknown, padId, blankBeforeWords } = this.checked;
    const pieces = whitespaceWords(text)
      .map((word) => this.plain(blankBeforeWords ? ` ${word}` : word))
      .map((ids) => (ids.length > 0 ? ids : [unknown ?? padId]));
    let place = frame.single.before.length;
    const starts = pieces.map(({ length }) => (place += length) - length);
    const whole = addSpecialTokens(pieces.flat(), frame.single, Number.POSITIVE_INFINITY);
    const ids = truncateWithSpecialTokens(whole, frame.single, this.demo.maxLength);
    const keptStarts = starts.filter((start) => start < ids.length - frame.single.after.length);
    return {
      ids,
      whole: whole.length,
      words: { starts: Int32Array.from(keptStarts), cut: starts.length - keptStarts.length },
    };
  }
}

/** Share of unknown tokens from which a text counts as mostly unknown. */
const MOSTLY = 0.6;
/**
 * Detects a single letter of a script in which a letter is not a word. A text that is split into such letters is
 * unknown to the tokenizer.
 */
function isLetter(token: string): boolean {
  const text = token.replace(/^(##|▁)/u, "");
  return (
    /^\p{L}\p{M}*$/u.test(text) &&
    !/[A-Za-z]|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(text)
  );
}

/** Returns the words of a row in the form that tasks use. */
export function wordsOfRow({ words }: TokenizedDemoRow): NonNullable<TokenizedDemoRow["words"]> {
  return mustExist(words, "the words of a row");
}
