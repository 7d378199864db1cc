/** Runs the evaluation program over rows: batches of like length, results in the rows' own order. */
import { collate, epochBatches } from "../data/batches.js";
import type { Session } from "../engine/engine.js";
import type { Encoded } from "./encoded.js";
import { floats } from "./feeds.js";

export interface Predicted {
  readonly predicted: Int32Array;
  /** rows × labels, row-major. */
  readonly probabilities: Float32Array;
}
export interface Scores extends Predicted {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly accuracy: number;
}
export interface ScoreOptions {
  readonly batchSize: number;
  readonly labels: number;
  readonly padId: number;
  readonly signal?: AbortSignal;
  readonly onRows?: (done: number) => void;
}

/** `batch order`: longest first, so that the greatest memory is asked for at once. */
export async function predictRows(session: Session, rows: Pick<Encoded, "ids" | "lengths">, o: ScoreOptions): Promise<Predicted> {
  const n = rows.lengths.length;
  const predicted = new Int32Array(n);
  const probabilities = new Float32Array(n * o.labels);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => rows.lengths[b]! - rows.lengths[a]!);
  let done = 0;
  for (const batch of epochBatches(rows.lengths, { batchSize: o.batchSize, shuffle: "none", seed: 0, epoch: 0 })) {
    o.signal?.throwIfAborted();
    const members = order.subarray(done, done + batch.length);
    const out = await session.run("evaluate", collate(rows.ids, members, o.padId), ["logits"]);
    const logits = floats(out["logits"]!);
    members.forEach((row, i) => {
      const own = logits.subarray(i * o.labels, (i + 1) * o.labels);
      softmaxInto(own, probabilities.subarray(row * o.labels, (row + 1) * o.labels));
      predicted[row] = argmax(own);
    });
    done += batch.length;
    o.onRows?.(done);
  }
  return { predicted, probabilities };
}

export async function scoreRows(session: Session, rows: Encoded, o: ScoreOptions): Promise<Scores> {
  const result = await predictRows(session, rows, o);
  const truth = rows.labels!;
  let loss = 0;
  let right = 0;
  for (let i = 0; i < truth.length; i++) {
    loss -= Math.log(Math.max(result.probabilities[i * o.labels + truth[i]!]!, 1e-38));
    if (truth[i] === result.predicted[i]) right += 1;
  }
  return { ...result, loss: loss / truth.length, accuracy: right / truth.length };
}

function softmaxInto(logits: Float32Array, out: Float32Array): void {
  const greatest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - greatest);
  for (let i = 0; i < logits.length; i++) out[i] = Math.exp(logits[i]! - greatest) / sum;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
