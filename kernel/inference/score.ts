/** Runs the evaluation programs over rows: what the model says of each, or the loss of its tokens. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Answers } from "#stdlib/tasks/kind.js";
import { DataLoader, type FedRows, type DataLoaderOptions } from "../data/rows/loader.js";
import type { Session } from "../engines/engine.js";
import type { Unseen } from "../data/encoding/encoded.js";
import { scalar } from "../engines/feeds.js";
import { pipelined } from "../engines/pipelined-session.js";
import { askTogether, fedRow } from "./fed-rows.js";

export interface AskOptions {
  readonly batchSize: number;
  readonly padId: number;
  readonly signal?: AbortSignal;
  /** Told after each batch: rows done, of all. */
  readonly onRows?: ((done: number, of: number) => void) | undefined;
}

/**
 * Each row's logits (of tasks that are asked about places, place by place). Batches of like length, the longest first, so
 * that the greatest memory is asked for at once; results in the rows' own order.
 */
export async function askRows(
  session: Pick<Session, "run">,
  rows: Pick<Unseen, "ids" | "lengths" | "types" | "asked">,
  answers: Pick<Answers, "places">,
  o: AskOptions,
): Promise<readonly Float32Array[]> {
  const n = rows.lengths.length;
  const said = new Array<Float32Array>(n);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => rows.lengths[b]! - rows.lengths[a]!);
  const batches = Array.from({ length: Math.ceil(n / o.batchSize) }, (_, i) =>
    order.subarray(i * o.batchSize, (i + 1) * o.batchSize),
  );
  const run = (members: Uint32Array) => {
    o.signal?.throwIfAborted();
    return askTogether(
      session,
      Array.from(members, (row) => fedRow(rows, answers, row)),
      o.padId,
    );
  };
  let done = 0;
  for await (const [members, out] of pipelined(batches, run)) {
    o.onRows?.((done += members.length), n);
    members.forEach((row, at) => {
      said[row] = out[at]!;
    });
  }
  return said;
}

export interface TokenScores {
  /** Mean over all trained tokens, in nats. */
  readonly loss: number;
  /** Tokens that were predicted: all but the first of each text, or all of each target. */
  readonly tokens: number;
  /** Of UTF-8 that these tokens stand for; absent: not counted. */
  readonly bytes?: number;
}
/** Groups that are enough to see how far chance goes. */
const GROUPS = 64;

/**
 * The program `loss` over rows; `packed` as the model was opened. It tells the loss of a batch, not of each row: `groups` makes
 * the batches groups that chance put together, so that they can be drawn like rows; the same for each model on the same rows.
 */
export async function scoreTokens(
  session: Pick<Session, "run">,
  rows: FedRows,
  o: Pick<DataLoaderOptions, "batchSize" | "packed" | "padId"> & {
    readonly signal?: AbortSignal;
    readonly groups?: boolean;
    /** Tokens as the text that they stand for, where its bytes are to be counted. */
    readonly spelt?: ((ids: Int32Array) => Promise<string>) | undefined;
  } & Pick<AskOptions, "onRows">,
): Promise<TokenScores & { readonly groups: readonly TokenScores[] }> {
  const { signal, groups: apart = false, onRows, spelt, ...own } = o;
  const batchSize = apart
    ? Math.max(1, Math.min(own.batchSize, Math.floor(rows.lengths.length / GROUPS)))
    : own.batchSize;
  const loader = new DataLoader(rows, {
    ...own,
    batchSize,
    accumulate: 1,
    shuffle: apart ? "random" : "by_length",
    seed: 0,
  });
  const groups: TokenScores[] = [];
  const run = (part: { readonly feeds: Parameters<Session["run"]>[1] }) => {
    signal?.throwIfAborted();
    return session.run("loss", part.feeds, ["loss"]);
  };
  const all = rows.lengths.length;
  let done = 0;
  for await (const [part, out] of pipelined(loader.pass(), run)) {
    onRows?.(Math.min(all, (done += batchSize)), all);
    // A batch of which nothing is learnt has no loss.
    groups.push({
      loss: part.counts > 0 ? scalar(out["loss"]) : 0,
      tokens: part.counts,
      ...(spelt && { bytes: part.counts > 0 ? Buffer.byteLength(await spelt(foretold(part.feeds))) : 0 }),
    });
  }
  return { ...together(groups), groups };
}

/** The tokens that a batch asks for, one after another. */
function foretold({ labels }: Parameters<Session["run"]>[1]): Int32Array {
  const { bytes } = must(labels, "the tokens that a batch asks for");
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The mean over the tokens of all groups, or of those that were drawn. */
export function together(groups: readonly TokenScores[], drawn?: Uint32Array): TokenScores {
  let [loss, tokens, bytes] = [0, 0, 0];
  for (let i = 0; i < (drawn ?? groups).length; i++) {
    const group = groups[drawn ? drawn[i]! : i]!;
    loss += group.loss * group.tokens;
    tokens += group.tokens;
    bytes += group.bytes ?? Number.NaN;
  }
  return { loss: loss / tokens, tokens, ...(!Number.isNaN(bytes) && { bytes }) };
}
