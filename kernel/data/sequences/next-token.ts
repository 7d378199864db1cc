/**
 * Feeds of a batch for next-token training (`windows` of `Supervision`). `targets` are the trained positions in the
 * flattened batch, `labels` the next token of each. Padding is never trained, and neither is the step from one packed
 * text to the next, because the texts are independent.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import { tokensAt, type TokenRows } from "./token-rows.js";
import { float32NDArray, int32NDArray } from "#stdlib/tasks/shared/feeds.js";

/** Trained tokens of each text, if not all of them: 1 marks a trained token. */
export interface TrainedTokenMasks {
  maskAt(text: number): Uint8Array;
  /** Number of trained tokens per text; the first token of a text is never among them. */
  readonly counts: Int32Array;
}

export interface NextTokenOptions {
  readonly padId: number;
  readonly trained?: TrainedTokenMasks | undefined;
  /** Loss weight of each text, fed as `each` per step. Absent: equal weights. */
  readonly weights?: Float32Array | undefined;
}

/** One text per row: `input_ids`, `attention_mask` [rows, longest], `targets` and `labels` [steps], all i32. */
export function collateNextTokens(
  ids: TokenRows,
  rows: ArrayLike<number>,
  options: NextTokenOptions,
): Record<string, NDArray> {
  const { input_ids, attention_mask, targets, labels, each } = laid(
    ids,
    Array.from(rows, (row) => [row]),
    options,
  );
  return { input_ids, attention_mask, targets, labels, ...(each && { each }) };
}

/**
 * Several texts per row: adds `positions` (from 0 in each text) and `segments` (from 1 in each row, 0 for padding).
 */
export function collatePackedRows(
  ids: TokenRows,
  rows: readonly ArrayLike<number>[],
  options: NextTokenOptions,
): Record<string, NDArray> {
  const { each, ...fed } = laid(ids, rows, options);
  return { ...fed, ...(each && { each }) };
}

function laid(ids: TokenRows, rows: readonly ArrayLike<number>[], { padId, trained, weights }: NextTokenOptions) {
  const texts = rows.map((row) => Array.from(row, (text) => tokensAt(ids, text)));
  const masks = trained && rows.map((row) => Array.from(row, (text) => trained.maskAt(text)));
  const used = texts.map((row) => row.reduce((sum, text) => sum + text.length - 1, 0));
  const width = Math.max(1, ...used);
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
  const count = trained ? sum(rows.map((row) => sum(Array.from(row, (text) => trained.counts[text]!)))) : sum(used);
  const input = new Int32Array(rows.length * width).fill(padId);
  const [mask, positions, segments] = [0, 1, 2].map(() => new Int32Array(rows.length * width)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const [targets, labels] = [new Int32Array(count), new Int32Array(count)];
  const each = weights && new Float32Array(count);
  let step = 0;
  texts.forEach((row, r) => {
    let offset = r * width;
    mask.fill(1, offset, offset + used[r]!);
    row.forEach((text, segment) => {
      const steps = text.length - 1;
      const mask = masks?.[r]![segment];
      input.set(text.subarray(0, steps), offset);
      segments.fill(segment + 1, offset, offset + steps);
      for (let i = 0; i < steps; i++) {
        positions[offset] = i;
        if (!mask || mask[i + 1] === 1) {
          labels[step] = text[i + 1]!;
          if (each) each[step] = weights[rows[r]![segment]!]!;
          targets[step++] = offset;
        }
        offset++;
      }
    });
  });
  const shape = [rows.length, width];
  return {
    input_ids: int32NDArray(input, shape),
    attention_mask: int32NDArray(mask, shape),
    positions: int32NDArray(positions, shape),
    segments: int32NDArray(segments, shape),
    targets: int32NDArray(targets, [count]),
    labels: int32NDArray(labels, [count]),
    each: each && float32NDArray(each, [count]),
  };
}
