/** The loss of each row by itself, as it is learnt: by what the model says of it, or by the program `loss`, a row at a time. */
import { must } from "#dsl/language/diagnostics/must.js";
import type { FedRows } from "../data/rows/loader.js";
import { DataLoader } from "../data/rows/loader.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import { Windows } from "../data/sequences/windows.js";
import type { Encoded, Encoding } from "../data/encoding/encoded.js";
import type { Session } from "../engines/engine.js";
import { scalar } from "../engines/feeds.js";
import { askRows, type AskOptions } from "./score.js";

interface Asking extends AskOptions {
  /** As the model was opened. */
  readonly packed: number | null;
}

/** −log of the probability of each label, of each row. */
export async function labelLosses(
  session: Pick<Session, "run">,
  rows: Encoded,
  { task }: Pick<Encoding, "task">,
  o: AskOptions,
): Promise<readonly Float64Array[]> {
  const said = await askRows(session, rows, must(task.implementation.answers, "what answers mean"), o);
  return said.map((logits) => {
    const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const sum = logits.reduce((all, logit) => all + Math.exp(logit - most), 0);
    return Float64Array.from(logits, (logit) => most + Math.log(sum) - logit);
  });
}

/** Of each text (or question) the mean over all that is learnt of it, in nats; NaN where nothing is. */
export async function lossesOf(
  session: Pick<Session, "run">,
  rows: Encoded,
  encoding: Pick<Encoding, "task">,
  o: Asking,
): Promise<Float64Array> {
  const truth = rows.taught?.oneRight;
  if (truth && encoding.task.implementation.oneLabel) {
    const losses = await labelLosses(session, rows, encoding, o);
    return Float64Array.from(losses, (own, row) => own[truth[row]!]!);
  }
  const fed = fedOf(rows);
  const losses = new Float64Array(fed.length);
  for (const [unit, own] of fed.entries()) {
    o.signal?.throwIfAborted();
    o.onRows?.(unit, fed.length);
    losses[unit] = await lossOf(session, rows, own, o);
  }
  return losses;
}

/** Rows that are fed of each text. */
function fedOf({ ids, asked, lengths, count }: Encoded): readonly Uint32Array[] {
  const { window } = asked;
  const of = ids instanceof Windows ? ids.texts : window && lengths.map((_, row) => window(row).of);
  if (!of) return Array.from({ length: lengths.length }, (_, row) => Uint32Array.of(row));
  const rows: number[][] = Array.from({ length: count }, () => []);
  of.forEach((unit, row) => rows[unit]?.push(row));
  return rows.map((own) => Uint32Array.from(own));
}

async function lossOf(session: Pick<Session, "run">, rows: Encoded, own: Uint32Array, o: Asking): Promise<number> {
  if (own.length === 0) return Number.NaN;
  const settings = { batchSize: own.length, accumulate: 1, shuffle: "none", seed: 0, padId: o.padId } as const;
  const parts = rows.taught
    ? [withoutDraws(new DataLoader(rows, { ...settings, packed: null }).drawn(own, { epoch: 0, step: 1, place: 0 }))]
    : new DataLoader(some(rows, own), { ...settings, packed: o.packed }).pass();
  let [sum, counts] = [0, 0];
  for (const part of parts) {
    if (part.counts === 0) continue;
    const { loss } = await session.run("loss", part.feeds, ["loss"]);
    sum += scalar(loss) * part.counts;
    counts += part.counts;
  }
  return counts > 0 ? sum / counts : Number.NaN;
}

function withoutDraws({ feeds: { draws, ...feeds }, counts }: ReturnType<DataLoader["drawn"]>) {
  void draws;
  return { feeds, counts };
}

/** Some rows of windows or conversations. */
function some({ ids, lengths, trained }: Encoded, own: Uint32Array): FedRows {
  return {
    ids: { length: own.length, at: (row) => tokensAt(ids, own[row]!) },
    lengths: Int32Array.from(own, (row) => lengths[row]!),
    taught: null,
    ...(trained && {
      trained: { at: (row) => trained.at(own[row]!), counts: Int32Array.from(own, (row) => trained.counts[row]!) },
    }),
  };
}
