/** Training loss of each row: from the model's logits, or from the program `loss`, one row at a time. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { ModelInputRows } from "../data/rows/loader.js";
import { DataLoader } from "../data/rows/loader.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import { TokenWindows } from "../data/sequences/windows.js";
import type { EncodedRows, RowEncodingOptions } from "../data/encoding/encoded.js";
import type { EngineSession } from "../engines/engine.js";
import { readScalar } from "../engines/feeds.js";
import { computeRowLogits, type RowInferenceOptions } from "./score.js";

interface Asking extends RowInferenceOptions {
  /** Packing setting with which the model was opened. */
  readonly packed: number | null;
}

/** Returns the negative log-probability of each label, per row. */
export async function labelLosses(
  session: Pick<EngineSession, "run">,
  rows: EncodedRows,
  { task }: Pick<RowEncodingOptions, "task">,
  options: RowInferenceOptions,
): Promise<readonly Float64Array[]> {
  const outputs = await computeRowLogits(
    session,
    rows,
    mustExist(task.implementation.answers, "what answers mean"),
    options,
  );
  return outputs.map((logits) => {
    const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const sum = logits.reduce((all, logit) => all + Math.exp(logit - most), 0);
    return Float64Array.from(logits, (logit) => most + Math.log(sum) - logit);
  });
}

/** Returns the mean loss per text (or question) over all its trained tokens, in nats; NaN if there are none. */
export async function meanLossByText(
  session: Pick<EngineSession, "run">,
  rows: EncodedRows,
  encoding: Pick<RowEncodingOptions, "task">,
  options: Asking,
): Promise<Float64Array> {
  const truth = rows.taught?.oneRight;
  if (truth && encoding.task.implementation.oneLabel) {
    const losses = await labelLosses(session, rows, encoding, options);
    return Float64Array.from(losses, (rowLosses, row) => rowLosses[truth[row]!]!);
  }
  const fed = fedOf(rows);
  const losses = new Float64Array(fed.length);
  for (const [unit, unitRows] of fed.entries()) {
    options.signal?.throwIfAborted();
    options.onRows?.(unit, fed.length);
    losses[unit] = await lossOf(session, rows, unitRows, options);
  }
  return losses;
}

/** Returns the indices of the input rows of each text. */
function fedOf({ ids, taskInputs, lengths, count }: EncodedRows): readonly Uint32Array[] {
  const { window } = taskInputs;
  const textIndices =
    ids instanceof TokenWindows ? ids.texts : window && lengths.map((_, row) => window(row).questionIndex);
  if (!textIndices) return Array.from({ length: lengths.length }, (_, row) => Uint32Array.of(row));
  const rows: number[][] = Array.from({ length: count }, () => []);
  textIndices.forEach((unit, row) => rows[unit]?.push(row));
  return rows.map((unitRows) => Uint32Array.from(unitRows));
}

async function lossOf(
  session: Pick<EngineSession, "run">,
  rows: EncodedRows,
  unitRows: Uint32Array,
  options: Asking,
): Promise<number> {
  if (unitRows.length === 0) return Number.NaN;
  const settings = {
    batchSize: unitRows.length,
    accumulate: 1,
    shuffle: "none",
    seed: 0,
    padId: options.padId,
  } as const;
  const parts = rows.taught
    ? [
        withoutDraws(
          new DataLoader(rows, { ...settings, packed: null }).drawn(unitRows, { epoch: 0, step: 1, place: 0 }),
        ),
      ]
    : new DataLoader(some(rows, unitRows), { ...settings, packed: options.packed }).pass();
  let [sum, counts] = [0, 0];
  for (const part of parts) {
    if (part.counts === 0) continue;
    const { loss } = await session.run("loss", part.feeds, ["loss"]);
    sum += readScalar(loss) * part.counts;
    counts += part.counts;
  }
  return counts > 0 ? sum / counts : Number.NaN;
}

function withoutDraws({ feeds: { draws, ...feeds }, counts }: ReturnType<DataLoader["drawn"]>) {
  void draws;
  return { feeds, counts };
}

/** Selects rows of windows or conversations. */
function some({ ids, lengths, trained }: EncodedRows, selected: Uint32Array): ModelInputRows {
  return {
    ids: { length: selected.length, at: (row) => tokensAt(ids, selected[row]!) },
    lengths: Int32Array.from(selected, (row) => lengths[row]!),
    taught: null,
    ...(trained && {
      trained: {
        maskAt: (row) => trained.maskAt(selected[row]!),
        counts: Int32Array.from(selected, (row) => trained.counts[row]!),
      },
    }),
  };
}
