/**
 * Converts between answers and token positions, like transformers' question-answering example: the token span of an
 * answer, and the answer from the logits of a question's windows. Positions are those of a window as fed; 0 (`[CLS]`)
 * means no answer. Each token has two logits: for the first and for the last token of an answer.
 */
import type { QuestionContextWindow } from "../kind.js";

export type TokenSpan = readonly [first: number, last: number];
export const NO_SPAN: TokenSpan = [0, 0];

/** Returns the tokens of `context.slice(from, to)`; `NONE` if the window does not contain it completely. */
export function tokenSpanIn({ first, starts, ends }: QuestionContextWindow, from: number, to: number): TokenSpan {
  const last = starts.length - 1;
  if (last < 0 || starts[0]! > from || ends[last]! < to) return NO_SPAN;
  let [a, b] = [0, last];
  while (a <= last && starts[a]! <= from) a++;
  while (b >= 0 && ends[b]! >= to) b--;
  return [first + a - 1, first + b + 1];
}

export interface AnswerSelectionOptions {
  /** Number of most likely first and last tokens of a window that are paired, and number of pairs returned. */
  readonly candidates: number;
  /** Maximum tokens of an answer. */
  readonly longest: number;
  /** Margin by which "no answer" must exceed the best answer to be chosen; null if there is always an answer. */
  readonly none: number | null;
}
export interface FoundAnswer {
  /** `context.slice(start, end)`; empty for no answer. */
  readonly answer: string;
  readonly start: number;
  readonly end: number;
  readonly probability: number;
}
export interface WindowLogits {
  readonly window: QuestionContextWindow;
  readonly logits: Float32Array;
}
interface Scored {
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** `windows`: those of one question. */
export function findBestAnswerSpan(windows: readonly WindowLogits[], options: AnswerSelectionOptions): FoundAnswer {
  const found = windows.flatMap((oneWindow) => pairsIn(oneWindow, options.candidates, options.longest));
  // If the most likely tokens are all outside the context, all of its tokens are considered.
  const all = found.length > 0 ? found : windows.flatMap((oneWindow) => pairsIn(oneWindow, Infinity, options.longest));
  const best = all.sort((a, b) => b.score - a.score).slice(0, options.candidates);
  const chosen = options.none === null ? best[0] : best.find(({ start, end }) => end > start);
  // All windows must agree that there is no answer, so the lowest score counts.
  const none = options.none === null ? -Infinity : Math.min(...windows.map(({ logits }) => logits[0]! + logits[1]!));
  const scores = [...best.map(({ score }) => score), ...(options.none === null ? [] : [none])];
  const greatest = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - greatest), 0);
  const share = (score: number): number => Math.exp(score - greatest) / sum;
  const nothing = { answer: "", start: 0, end: 0, probability: options.none === null ? 0 : share(none) };
  if (!chosen || (options.none !== null && none - chosen.score > options.none)) return nothing;
  const { start, end, score } = chosen;
  return { answer: windows[0]!.window.context.slice(start, end), start, end, probability: share(score) };
}

function pairsIn({ window, logits }: WindowLogits, most: number, longest: number): readonly Scored[] {
  const { first, starts, ends } = window;
  const inside = (place: number): boolean => place >= first && place < first + starts.length;
  const lasts = likeliest(logits, 1, most).filter(inside);
  return likeliest(logits, 0, most)
    .filter(inside)
    .flatMap((a) =>
      lasts
        .filter((b) => b >= a && b - a < longest)
        .map((b) => ({ start: starts[a - first]!, end: ends[b - first]!, score: logits[2 * a]! + logits[2 * b + 1]! })),
    );
}

/** Returns positions by their first-token or last-token logits, the greatest first. */
function likeliest(logits: Float32Array, kind: 0 | 1, most: number): readonly number[] {
  return Array.from({ length: logits.length / 2 }, (_, place) => place)
    .sort((a, b) => logits[2 * b + kind]! - logits[2 * a + kind]!)
    .slice(0, most);
}
