/**
 * Edit distance in which moving a run of words is one edit: the greedy search of Tercom and sacrebleu (Snover et al.
 * 2006). All limits, the moves tried and their order equal theirs, so that scores are identical.
 */
import { EditOperation, nearDiagonalDistance, type WordList } from "./near-diagonal.js";

/** Maximum number of moved words, and maximum distance of a move. */
const MOST_MOVED = 10;
const FARTHEST = 50;
/** Maximum number of moves to try for one pair of texts. */
const MOST_TRIED = 1000;

export function editCountWithShifts(written: WordList, target: WordList): number {
  if (target.length === 0) return written.length;
  let words = written;
  let [shifts, tried] = [0, 0];
  for (;;) {
    const best = bestShift(words, target, tried);
    tried = best.tried;
    if (tried >= MOST_TRIED || best.gain <= 0) break;
    shifts++;
    words = best.words;
  }
  return shifts + nearDiagonalDistance(words, target).cost;
}

interface Shift {
  readonly gain: number;
  readonly length: number;
  readonly start: number;
  readonly to: number;
  readonly words: WordList;
}

/**
 * Returns the move with the fewest remaining edits; ties prefer the longest, then the earliest start, then the earliest
 * target.
 */
function bestShift(
  written: WordList,
  target: WordList,
  before: number,
): { readonly gain: number; readonly words: WordList; readonly tried: number } {
  const { cost, trace, costOf } = nearDiagonalDistance(written, target);
  const { align, wrongWritten, wrongTarget } = aligned(trace);
  const wrong = (flags: readonly boolean[], start: number, length: number): boolean =>
    flags.slice(start, start + length).some(Boolean);
  let tried = before;
  let best: Shift | null = null;
  for (const { start, targetStart, length } of matches(written, target)) {
    if (!wrong(wrongWritten, start, length) || !wrong(wrongTarget, targetStart, length)) continue;
    if (start <= align[targetStart]! && align[targetStart]! < start + length) continue;
    let last = -1;
    for (let offset = -1; offset < length; offset++) {
      // Offset −1 is before the first word of the target; past its last word there is no position.
      const beside = targetStart + offset < 0 ? -1 : align[targetStart + offset];
      if (beside === undefined) break;
      const to = beside + 1;
      if (to === last) continue;
      last = to;
      const words = moved(written, start, length, to);
      const left = costOf(words, Math.min(start, to), Math.min(words.length, Math.max(start, to) + length));
      const shift = { gain: cost - left, length, start, to, words };
      tried++;
      if (!best || better(shift, best)) best = shift;
    }
    if (tried >= MOST_TRIED) break;
  }
  return best ? { gain: best.gain, words: best.words, tried } : { gain: 0, words: written, tried };
}

function better(a: Shift, b: Shift): boolean {
  const by = a.gain - b.gain || a.length - b.length || b.start - a.start || b.to - a.to;
  return by > 0;
}

function moved(words: WordList, start: number, length: number, to: number): WordList {
  const run = words.slice(start, start + length);
  if (to < start) return [...words.slice(0, to), ...run, ...words.slice(to, start), ...words.slice(start + length)];
  const end = to > start + length ? to : length + to;
  return [...words.slice(0, start), ...words.slice(start + length, end), ...run, ...words.slice(end)];
}

/** Yields every run of words that occurs in both texts, by its start. */
function* matches(
  written: WordList,
  target: WordList,
): Generator<{ readonly start: number; readonly targetStart: number; readonly length: number }> {
  for (let start = 0; start < written.length; start++)
    for (
      let targetStart = Math.max(0, start - FARTHEST);
      targetStart < Math.min(target.length, start + FARTHEST + 1);
      targetStart++
    )
      for (
        let length = 0;
        length < MOST_MOVED &&
        start + length < written.length &&
        targetStart + length < target.length &&
        written[start + length] === target[targetStart + length];
      )
        yield { start, targetStart, length: ++length };
}

/** Returns the aligned generated word of each target word, and the words of both texts that do not match. */
function aligned(trace: readonly EditOperation[]): {
  readonly align: readonly number[];
  readonly wrongWritten: readonly boolean[];
  readonly wrongTarget: readonly boolean[];
} {
  const [align, wrongWritten, wrongTarget]: [number[], boolean[], boolean[]] = [[], [], []];
  for (const edit of trace) {
    if (edit !== EditOperation.Insert) wrongWritten.push(edit !== EditOperation.Same);
    if (edit === EditOperation.Delete) continue;
    align.push(wrongWritten.length - 1);
    wrongTarget.push(edit !== EditOperation.Same);
  }
  return { align, wrongWritten, wrongTarget };
}
