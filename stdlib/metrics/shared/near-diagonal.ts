/**
 * Levenshtein distance of two word lists as in Tercom and sacrebleu, which only fill cells near the diagonal. Only
 * those cells are stored, so memory grows linearly with the words. For a list that differs in one place, only the rows
 * near that place are computed again.
 */
export type WordList = readonly string[];
export const enum EditOperation {
  Same,
  Change,
  /** A word missing from the generated text. */
  Insert,
  /** A superfluous word. */
  Delete,
}
/** Number of cells to fill on each side of the diagonal. */
const BEAM = 25;
const NONE = 1e9;

export interface NearDiagonalDistance {
  readonly cost: number;
  /** Edits of the best path; ties prefer a change, then a deletion, then an insertion. */
  readonly trace: readonly EditOperation[];
  /** Returns the cost for other words, which are unchanged before `first` and from `end` on. */
  costOf(words: WordList, first: number, end: number): number;
}

/** A row of cells, stored in `cells` from `offset` on; it has no cells outside of `low` and `high`. */
interface Row {
  readonly cells: Int32Array;
  readonly offset: number;
  readonly low: number;
  readonly high: number;
}

export function nearDiagonalDistance(written: WordList, target: WordList): NearDiagonalDistance {
  const [n, m] = [written.length, target.length];
  const ratio = n > 0 ? m / n : 1;
  const beam = BEAM < ratio / 2 ? Math.ceil(ratio / 2 + BEAM) : BEAM;
  const width = 2 * beam + 2;
  const diagonal = (i: number): number => Math.floor(i * ratio);
  const low = (i: number): number => Math.max(0, diagonal(i) - beam);
  const high = (i: number): number => (i === n ? m + 1 : Math.min(m + 1, diagonal(i) + beam));
  const costs = new Int32Array((n + 1) * width).fill(NONE);
  const by = new Uint8Array((n + 1) * width);
  // In the row above the first word, each cell is its number of insertions.
  const top = { cells: Int32Array.from({ length: m + 1 }, (_, j) => j), offset: 0, low: 0, high: m + 1 };
  const rowAt = (i: number, cells: Int32Array, offset: number): Row =>
    i === 0 ? top : { cells, offset, low: low(i), high: high(i) };

  /** Computes a row from the row above it. */
  function row(word: string | undefined, above: Row, { cells, offset, low: from, high: to }: Row): void {
    const shift = above.offset - above.low;
    let left = NONE;
    let beside = from > above.low && from <= above.high ? above.cells[shift + from - 1]! : NONE;
    for (let j = from, index = offset; j < to; j++, index++) {
      const up = j >= above.low && j < above.high ? above.cells[shift + j]! : NONE;
      let [least, edit] = [NONE, EditOperation.Same];
      if (j > 0) {
        const same = word === target[j - 1];
        const change = same ? beside : beside + 1;
        if (change < least) [least, edit] = [change, same ? EditOperation.Same : EditOperation.Change];
      }
      if (up + 1 < least) [least, edit] = [up + 1, EditOperation.Delete];
      if (left + 1 < least) [least, edit] = [left + 1, EditOperation.Insert];
      cells[index] = left = least;
      if (cells === costs) by[index] = edit;
      beside = up;
    }
  }
  for (let i = 1; i <= n; i++) row(written[i - 1], rowAt(i - 1, costs, (i - 1) * width), rowAt(i, costs, i * width));
  const cost = n === 0 ? m : costs[n * width + m - low(n)]!;
  const turns = [new Int32Array(width), new Int32Array(width)] as const;

  function costOf(words: WordList, first: number, end: number): number {
    let above = rowAt(first, costs, first * width);
    for (let i = first + 1; i <= n; i++) {
      const current = rowAt(i, turns[i % 2 === 0 ? 0 : 1], 0);
      row(words[i - 1], above, current);
      if (i >= end) {
        const more = apart(current.cells, i);
        if (more !== null) return cost + more;
      }
      above = current;
    }
    return above.cells[above.offset + m - above.low]!;
  }
  /**
   * Returns the constant difference between new and old cells of a row; null if it is not constant. A constant
   * difference also applies to all later rows.
   */
  function apart(own: Int32Array, i: number): number | null {
    let more: number | null = null;
    for (let k = 0, all = high(i) - low(i); k < all; k++) {
      const was = costs[i * width + k]!;
      if (own[k]! >= NONE && was >= NONE) continue;
      more ??= own[k]! - was;
      if (own[k]! - was !== more) return null;
    }
    return more;
  }
  const trace: EditOperation[] = [];
  for (let [i, j] = [n, m]; i > 0 || j > 0;) {
    const edit = i === 0 ? EditOperation.Insert : (by[i * width + j - low(i)]! as EditOperation);
    trace.push(edit);
    if (edit !== EditOperation.Insert) i--;
    if (edit !== EditOperation.Delete) j--;
  }
  return { cost, trace: trace.reverse(), costOf };
}
