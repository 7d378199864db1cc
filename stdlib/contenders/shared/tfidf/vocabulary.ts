/**
 * tf-idf of words and of pairs of neighbouring words: 1 + ln(occurrences in the text), times 1 + ln((1 + texts) / (1 +
 * texts with the term)), with each row scaled to length 1. It equals scikit-learn's TfidfVectorizer with
 * `ngram_range=(1, 2)`, `sublinear_tf=True` and the same word pattern. A row may have several texts; each has its own
 * columns.
 */
import { nextEventLoopTurn } from "#platform/turn.js";
import { SparseBuilder, type SparseRows } from "./sparse.js";
import { WORD_PATTERN } from "./bag-words.js";

/** Maximum number of words to read per text: later words of a longer text add little. */
const MOST = 4096;
/** Number of texts to read before yielding to the event loop. */
const STRIDE = 512;
/** Upper bound of word numbers, so that a pair of words fits one number. */
const PAIR = 2 ** 26;

export class Vocabulary {
  private readonly words = new Map<string, number>();
  /** Column of each word or word pair, per text of the row. */
  private readonly columns: readonly Map<number, number>[];
  private texts: number[] = [];
  private weights = new Float64Array();
  private rows = 0;

  /** `texts`: number of texts per row. */
  constructor(texts: number) {
    this.columns = Array.from({ length: texts }, () => new Map<number, number>());
  }
  get size(): number {
    return this.texts.length;
  }
  get bytes(): number {
    return this.texts.length * 48 + this.words.size * 64;
  }

  /** Builds the vocabulary with its document frequencies; returns the tf-idf rows. */
  async learn(rows: Iterable<readonly string[]>, signal?: AbortSignal): Promise<SparseRows> {
    const counted = await this.counted(rows, true, signal);
    this.rows = counted.count;
    this.weights = Float64Array.from(this.texts, (has) => 1 + Math.log((1 + this.rows) / (1 + has)));
    return this.weighed(counted);
  }

  /** Returns the tf-idf rows of other texts; unknown words are left out. */
  async read(rows: Iterable<readonly string[]>, signal?: AbortSignal): Promise<SparseRows> {
    return this.weighed(await this.counted(rows, false, signal));
  }

  private async counted(
    rows: Iterable<readonly string[]>,
    learns: boolean,
    signal: AbortSignal | undefined,
  ): Promise<SparseRows> {
    const built = new SparseBuilder();
    let read = 0;
    for (const texts of rows) {
      if (read++ % STRIDE === 0) {
        signal?.throwIfAborted();
        await nextEventLoopTurn();
      }
      const counts = new Map<number, number>();
      texts.forEach((text, i) => this.count(text, this.columns[i]!, counts, learns));
      const order = Uint32Array.from(counts.keys()).sort();
      if (learns) for (const column of order) this.texts[column]!++;
      built.row(
        order,
        Float64Array.from(order, (column) => counts.get(column) ?? 0),
      );
    }
    return built.made(this.size);
  }

  private count(text: string, columns: Map<number, number>, counts: Map<number, number>, learns: boolean): void {
    let before = -1;
    let left = MOST;
    for (const [word] of text.toLowerCase().matchAll(WORD_PATTERN)) {
      if (left-- === 0) break;
      const number = this.numberOf(word, learns);
      for (const part of before < 0 || number < 0 ? [number] : [number, (before + 1) * PAIR + number]) {
        const column = part < 0 ? undefined : this.columnOf(part, columns, learns);
        if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
      }
      before = number;
    }
  }
  /** Returns the number of a word; −1 if it is not in the vocabulary. */
  private numberOf(word: string, learns: boolean): number {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    if (!learns || this.words.size >= PAIR) return -1;
    this.words.set(word, this.words.size);
    return this.words.size - 1;
  }
  private columnOf(part: number, columns: Map<number, number>, learns: boolean): number | undefined {
    const known = columns.get(part);
    if (known !== undefined || !learns) return known;
    columns.set(part, this.texts.length);
    this.texts.push(0);
    return this.texts.length - 1;
  }

  private weighed(rows: SparseRows): SparseRows {
    const values = new Float64Array(rows.values.length);
    for (let row = 0; row < rows.count; row++) {
      const [from, to] = [rows.starts[row]!, rows.starts[row + 1]!];
      let squares = 0;
      for (let i = from; i < to; i++) {
        const value = (1 + Math.log(rows.values[i]!)) * this.weights[rows.columnIndexes[i]!]!;
        values[i] = value;
        squares += value * value;
      }
      const length = Math.sqrt(squares) || 1;
      for (let i = from; i < to; i++) values[i]! /= length;
    }
    return { ...rows, columns: this.size, values };
  }
}
