/** Runs the evaluation programs over rows: logits per row, or the loss of their tokens. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { AnswerDecoder } from "#stdlib/tasks/kind.js";
import { DataLoader, type ModelInputRows, type DataLoaderOptions } from "../data/rows/loader.js";
import type { EngineSession } from "../engines/engine.js";
import type { EncodedInputs } from "../data/encoding/encoded.js";
import { readScalar } from "../engines/feeds.js";
import { pipelineCalls } from "../engines/pipelined-session.js";
import { computeLogits, modelInputRow } from "./fed-rows.js";

export interface RowInferenceOptions {
  readonly batchSize: number;
  readonly padId: number;
  readonly signal?: AbortSignal;
  /** Called after each batch with the number of rows done and of all. */
  readonly onRows?: ((done: number, total: number) => void) | undefined;
}

/**
 * Returns each row's logits (for token-level tasks, position by position). Batches have rows of similar length, longest
 * first, so that the peak memory is allocated at the start. Results are in the rows' original order.
 */
export async function computeRowLogits(
  session: Pick<EngineSession, "run">,
  rows: Pick<EncodedInputs, "ids" | "lengths" | "types" | "taskInputs">,
  answers: Pick<AnswerDecoder, "places">,
  options: RowInferenceOptions,
): Promise<readonly Float32Array[]> {
  const n = rows.lengths.length;
  const outputs = new Array<Float32Array>(n);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => rows.lengths[b]! - rows.lengths[a]!);
  const batches = Array.from({ length: Math.ceil(n / options.batchSize) }, (_, i) =>
    order.subarray(i * options.batchSize, (i + 1) * options.batchSize),
  );
  const run = (members: Uint32Array) => {
    options.signal?.throwIfAborted();
    return computeLogits(
      session,
      Array.from(members, (row) => modelInputRow(rows, answers, row)),
      options.padId,
    );
  };
  let done = 0;
  for await (const [members, out] of pipelineCalls(batches, run)) {
    options.onRows?.((done += members.length), n);
    members.forEach((row, index) => {
      outputs[row] = out[index]!;
    });
  }
  return outputs;
}

export interface TokenLossGroup {
  /** Mean loss over all trained tokens, in nats. */
  readonly loss: number;
  /** Number of predicted tokens: all but the first of each text, or all of each target. */
  readonly tokens: number;
  /** UTF-8 bytes of the predicted tokens, if counted. */
  readonly bytes?: number;
}
/** Number of groups that suffices to estimate the spread. */
const GROUPS = 64;

/**
 * Runs the program `loss` over rows; `packed` is the packing setting with which the model was opened. The program
 * returns the loss of a batch, not of each row. `groups` makes the batches random groups that can be resampled like
 * rows, the same for each model on the same rows.
 */
export async function measureTokenLosses(
  session: Pick<EngineSession, "run">,
  rows: ModelInputRows,
  options: Pick<DataLoaderOptions, "batchSize" | "packed" | "padId"> & {
    readonly signal?: AbortSignal;
    readonly groups?: boolean;
    /** Decodes tokens to text, if bytes are counted. */
    readonly spelt?: ((ids: Int32Array) => Promise<string>) | undefined;
  } & Pick<RowInferenceOptions, "onRows">,
): Promise<TokenLossGroup & { readonly groups: readonly TokenLossGroup[] }> {
  const { signal, groups: apart = false, onRows, spelt, ...loaderOptions } = options;
  const batchSize = apart
    ? Math.max(1, Math.min(loaderOptions.batchSize, Math.floor(rows.lengths.length / GROUPS)))
    : loaderOptions.batchSize;
  const loader = new DataLoader(rows, {
    ...loaderOptions,
    batchSize,
    accumulate: 1,
    shuffle: apart ? "random" : "by_length",
    seed: 0,
  });
  const groups: TokenLossGroup[] = [];
  const run = (part: { readonly feeds: Parameters<EngineSession["run"]>[1] }) => {
    signal?.throwIfAborted();
    return session.run("loss", part.feeds, ["loss"]);
  };
  const all = rows.lengths.length;
  let done = 0;
  for await (const [part, out] of pipelineCalls(loader.pass(), run)) {
    onRows?.(Math.min(all, (done += batchSize)), all);
    // A batch without trained tokens has no loss.
    groups.push({
      loss: part.counts > 0 ? readScalar(out["loss"]) : 0,
      tokens: part.counts,
      ...(spelt && { bytes: part.counts > 0 ? Buffer.byteLength(await spelt(foretold(part.feeds))) : 0 }),
    });
  }
  return { ...meanTokenLoss(groups), groups };
}

/** Returns the target tokens of a batch in order. */
function foretold({ labels }: Parameters<EngineSession["run"]>[1]): Int32Array {
  const { bytes } = mustExist(labels, "the tokens that a batch asks for");
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Returns the mean over the tokens of all groups, or of the drawn ones. */
export function meanTokenLoss(groups: readonly TokenLossGroup[], drawn?: Uint32Array): TokenLossGroup {
  let [loss, tokens, bytes] = [0, 0, 0];
  for (let i = 0; i < (drawn ?? groups).length; i++) {
    const group = groups[drawn ? drawn[i]! : i]!;
    loss += group.loss * group.tokens;
    tokens += group.tokens;
    bytes += group.bytes ?? Number.NaN;
  }
  return { loss: loss / tokens, tokens, ...(!Number.isNaN(bytes) && { bytes }) };
}
