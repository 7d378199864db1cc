/**
 * Targets of text pairs (rows `pairs` of `Supervision`). The decoder reads each target shifted by one, after its start
 * token. Every token of a target is trained, including its end token; padding never is.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import type { TrainingTargets } from "#stdlib/tasks/kind.js";
import { tokensAt, type TokenRows } from "./token-rows.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";

export interface Seq2seqTargets {
  /** Target tokens, including the end token. */
  readonly ids: TokenRows;
  readonly lengths: Int32Array;
  /** The decoder's start token, and the padding token. */
  readonly start: number;
  readonly padId: number;
}

/**
 * Feeds `decoder_input_ids` [rows, longest target], and for the flattened targets the trained positions, `targets`, and
 * their tokens, `labels`; all i32.
 */
export function seq2seqTargetFeeds(written: Seq2seqTargets): TrainingTargets {
  return {
    counts: ({ rows }) => Array.from(rows).reduce((sum, row) => sum + written.lengths[row]!, 0),
    places: (row) => written.lengths[row]!,
    feeds: ({ rows }) => collateTargets(written, rows),
  };
}

function collateTargets({ ids, start, padId }: Seq2seqTargets, rows: ArrayLike<number>): Record<string, NDArray> {
  const texts = Array.from(rows, (row) => tokensAt(ids, row));
  const width = Math.max(1, ...texts.map(({ length }) => length));
  const count = texts.reduce((sum, { length }) => sum + length, 0);
  const decoder = new Int32Array(rows.length * width).fill(padId);
  const [targets, labels] = [new Int32Array(count), new Int32Array(count)];
  let offset = 0;
  texts.forEach((text, row) => {
    const first = row * width;
    decoder[first] = start;
    decoder.set(text.subarray(0, -1), first + 1);
    labels.set(text, offset);
    for (let i = 0; i < text.length; i++) targets[offset++] = first + i;
  });
  return {
    decoder_input_ids: int32NDArray(decoder, [rows.length, width]),
    targets: int32NDArray(targets, [count]),
    labels: int32NDArray(labels, [count]),
  };
}
