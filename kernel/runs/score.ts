/** Runs the evaluation programs over rows: labels with their probabilities, or the loss of each next token. */
import { collate } from "../data/batches.js";
import { Feeding, type FedRows, type FeedingOptions } from "../data/feeding.js";
import type { TokenRows } from "../data/token-rows.js";
import type { Session } from "../engine/engine.js";
import { floats, scalar } from "./feeds.js";
import { pipelined } from "./pipelined.js";

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

/** Batches of like length, the longest first, so that the greatest memory is asked for at once; results in the rows' own order. */
export async function predictRows(
  session: Session,
  rows: { readonly ids: TokenRows; readonly lengths: Int32Array },
  o: ScoreOptions,
): Promise<Predicted> {
  const n = rows.lengths.length;
  const predicted = new Int32Array(n);
  const probabilities = new Float32Array(n * o.labels);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => rows.lengths[b]! - rows.lengths[a]!);
  const batches = Array.from({ length: Math.ceil(n / o.batchSize) }, (_, i) => order.subarray(i * o.batchSize, (i + 1) * o.batchSize));
  let done = 0;
  const run = (members: Uint32Array) => {
    o.signal?.throwIfAborted();
    return session.run("evaluate", collate(rows.ids, members, o.padId), ["logits"]);
  };
  for await (const [members, out] of pipelined(batches, run)) {
    const logits = floats(out["logits"]!);
    members.forEach((row, i) => {
      const own = logits.subarray(i * o.labels, (i + 1) * o.labels);
      softmaxInto(own, probabilities.subarray(row * o.labels, (row + 1) * o.labels));
      predicted[row] = argmax(own);
    });
    done += members.length;
    o.onRows?.(done);
  }
  return { predicted, probabilities };
}

export async function scoreRows(session: Session, rows: FedRows, o: ScoreOptions): Promise<Scores> {
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

export interface TokenScores {
  /** Mean over all tokens, in nats. */
  readonly loss: number;
  /** Tokens that were predicted: all but the first of each text, or all of each target. */
  readonly tokens: number;
}

/** The program `loss` over rows of next tokens; `packed` as the model was opened. */
export async function scoreTokens(
  session: Session,
  rows: FedRows,
  o: Pick<FeedingOptions, "batchSize" | "packed" | "padId"> & { readonly signal?: AbortSignal },
): Promise<TokenScores> {
  const { signal, ...own } = o;
  const supervision = rows.targets ? "sequence" : "next_token";
  const feeding = new Feeding(rows, { ...own, supervision, accumulate: 1, shuffle: "by_length", seed: 0 });
  let [loss, tokens] = [0, 0];
  const run = (part: { readonly feeds: Parameters<Session["run"]>[1] }) => {
    signal?.throwIfAborted();
    return session.run("loss", part.feeds, ["loss"]);
  };
  for await (const [part, out] of pipelined(feeding.pass(), run)) {
    loss += scalar(out["loss"]) * part.counts;
    tokens += part.counts;
  }
  return { loss: loss / tokens, tokens };
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
