/**
 * All segmentations of a word into scored pieces: the most likely one, and the expected count of each piece over all of
 * them.
 */

/** A piece and its log probability. */
import { mustCodePointAt } from "#dsl/language/diagnostics/codes.js";
export type ScoredPiece = readonly [string, number];

/** A character without a piece scores this much below the lowest score; it is skipped by itself. */
const PENALTY = 10;

export class SegmentationLattice {
  /** Trie edges: from node and UTF-16 unit to the next node. */
  private readonly next = new Map<number, number>();
  /** The piece that ends at each node, or −1. */
  private readonly ends: number[] = [-1];
  private readonly scores: Float64Array;
  private readonly unknown: number;

  constructor(pieces: readonly ScoredPiece[]) {
    this.scores = Float64Array.from(pieces, ([, score]) => score);
    this.unknown = this.scores.reduce((least, score) => Math.min(least, score), 0) - PENALTY;
    pieces.forEach(([piece], id) => {
      let node = 0;
      for (let i = 0; i < piece.length; i++) {
        const edge = node * 0x10000 + piece.charCodeAt(i);
        let to = this.next.get(edge);
        if (to === undefined) {
          to = this.ends.push(-1) - 1;
          this.next.set(edge, to);
        }
        node = to;
      }
      this.ends[node] = id;
    });
  }

  /** Calls back with each piece that begins at a position, and its end; a character without one is the piece −1. */
  private from(word: string, start: number, found: (end: number, piece: number) => void): void {
    const single = start + (mustCodePointAt(word, start) > 0xffff ? 2 : 1);
    let [node, covered] = [0, false];
    for (let i = start; i < word.length; i++) {
      const to = this.next.get(node * 0x10000 + word.charCodeAt(i));
      if (to === undefined) break;
      node = to;
      const piece = this.ends[node]!;
      if (piece < 0) continue;
      if (i + 1 === single) covered = true;
      found(i + 1, piece);
    }
    if (!covered) found(single, -1);
  }
  private scoreOf(piece: number): number {
    return piece < 0 ? this.unknown : this.scores[piece]!;
  }

  /** Returns the most likely pieces; `without`: a piece that must not be used. Null if no segmentation exists. */
  best(word: string, without = -1): readonly number[] | null {
    const n = word.length;
    const best = new Float64Array(n + 1).fill(-Infinity);
    const came = new Int32Array(n + 1);
    const by = new Int32Array(n + 1).fill(-1);
    best[0] = 0;
    for (let position = 0; position < n; position++) {
      if (best[position] === -Infinity) continue;
      this.from(word, position, (end, piece) => {
        if (piece < 0 || piece === without) return;
        const score = best[position]! + this.scores[piece]!;
        if (score > best[end]!) [best[end], came[end], by[end]] = [score, position, piece];
      });
    }
    if (best[n] === -Infinity) return null;
    const pieces: number[] = [];
    for (let end = n; end > 0; end = came[end]!) pieces.push(by[end]!);
    return pieces.reverse();
  }

  /** Adds to `uses` the expected count of each piece in a word that occurs `count` times. */
  addExpected(word: string, count: number, uses: Float64Array): void {
    const n = word.length;
    const [before, after] = [new Float64Array(n + 1).fill(-Infinity), new Float64Array(n + 1).fill(-Infinity)];
    before[0] = 0;
    after[n] = 0;
    const starts: number[] = [];
    const [ends, pieces, froms]: [number[], number[], number[]] = [[], [], []];
    for (let position = 0; position < n; position++) {
      starts.push(ends.length);
      if (before[position] === -Infinity) continue;
      this.from(word, position, (end, piece) => {
        froms.push(position);
        ends.push(end);
        pieces.push(piece);
        before[end] = logAdd(before[end]!, before[position]! + this.scoreOf(piece));
      });
    }
    for (let edge = ends.length - 1; edge >= 0; edge--)
      after[froms[edge]!] = logAdd(after[froms[edge]!]!, after[ends[edge]!]! + this.scoreOf(pieces[edge]!));
    const whole = before[n]!;
    for (let edge = 0; edge < ends.length; edge++) {
      const piece = pieces[edge]!;
      if (piece < 0) continue;
      uses[piece]! += count * Math.exp(before[froms[edge]!]! + this.scores[piece]! + after[ends[edge]!]! - whole);
    }
  }
}

function logAdd(a: number, b: number): number {
  if (a === -Infinity) return b;
  const [high, low] = a > b ? [a, b] : [b, a];
  return high - low > 50 ? high : high + Math.log1p(Math.exp(low - high));
}
