/**
 * Levenshtein's distance of two lists of words as Tercom and sacrebleu reckon it: only cells near the diagonal are looked at.
 * Those alone are kept, so that memory grows with the words and not with their square; of a list that differs in one place
 * only the rows about that place are reckoned again.
 */
export type WordList = readonly string[];
export const enum EditOperation {
  Same,
  Change,
  /** A word of the target that is missing. */
  Insert,
  /** A word too many. */
  Delete,
}
/** Cells beside the diagonal that are looked at. */
const BEAM = 25;
const NONE = 1e9;

export interface NearDiagonalDistance {
  readonly cost: number;
  /** The edits on the way: of equally cheap ones a change, then a deletion, then an insertion. */
  readonly trace: readonly EditOperation[];
  /** What it would cost with these words, which are the same before `first` and from `end` on. */
  costOf(words: WordList, first: number, end: number): number;
}

/** A row of cells as it stands in `cells` from `at` on; outside of `low` and `high` are none. */
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
  // Above the first word each cell is as many insertions.
  const top = { cells: Int32Array.from({ length: m + 1 }, (_, j) => j), offset: 0, low: 0, high: m + 1 };
  const rowAt = (i: number, cells: Int32Array, offset: number): Row =>
    i === 0 ? top : { cells, offset, low: low(i), high: high(i) };

  /** Writes a row from the one above it. */
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
  /** By how much all cells of a row are dearer than they were; null: not all by as much. What follows then is dearer by it, too. */
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
