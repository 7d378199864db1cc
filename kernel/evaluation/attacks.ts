/** Attacks on the models of an `evaluate`: how much they reveal about their training rows. */
import type { ColumnTable } from "arquero";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { shortCallText } from "#dsl/compiler/plan/short-call.js";
import { dataReadingSettingsOf, type DataPlan, type Call } from "#dsl/language/types/value.js";
import type { AttackReport, AttackContext, CanaryLosses, MembershipScores } from "#stdlib/attacks/kind.js";
import { canarySpaceBits, drawCanaries, type CanaryRow } from "#stdlib/attacks/shared/canary-rows.js";
import { rowHashesOf, type PreparedDataSplit } from "../runs/split-rows.js";
import { canaryTemplateOf, canaryTable } from "../data/rows/canaries.js";
import { evenlySpacedRows } from "../data/rows/length-statistics.js";
import { trainingSplitName, type PreparedData } from "../data/prepared.js";
import { loadImplementation } from "../host/load-implementation.js";
import {
  encodeSplit,
  type EncodedRows,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../data/encoding/encoded.js";
import type { AttackScores } from "../runs/history/run-scores.js";
import { labelLosses, meanLossByText } from "../inference/losses.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import { type TrainedWeights } from "../runs/weights.js";
import { type ExecutionContext, warnerAt, type Warn } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { MeasuredModel } from "./evaluate-once.js";

/** Minimum number of rows of each group for any result (20), and for a rate at 1 % to amount to one row (100). */
const FEWEST = 20;
const ENOUGH = 100;

export interface AttackResult {
  readonly attack: string;
  readonly report: AttackReport;
}

/** Checks that the attacks are possible before anything is scored. Coded errors `attack-impossible`, `no-canaries`. */
export function demandAttackable(
  { vocabulary: { registry }, models }: OpenSession,
  attacks: readonly Call[],
  { name, split, folds }: { readonly name: string; readonly split: string | null; readonly folds: boolean },
): void {
  const [first] = attacks;
  if (!first) return;
  const refuse = (why: string, instead: string): never => {
    throw new CodedError("attack-impossible", { attack: shortCallText(first, registry), model: name, why, instead });
  };
  if (folds) return refuse("it is several models, each of other rows", "name one of them, or one of undivided data");
  const { weights } = models.get(name);
  if (!weights) return refuse("it was never trained here", "train it, or name a model that was");
  const { training, update, federated } = weights.plan.recipe;
  if (update ?? federated) refuse("its rows come from several data sets", "attack a model made by `train`");
  const asks = attacks.map(({ word }) => registry.find("attack", word)?.capabilities?.asksAbout);
  if (asks.includes("planted") && training.canaries === undefined) throw new CodedError("no-canaries", { model: name });
  if (asks.includes("rows") && (split === null || split === "train"))
    refuse("these are the rows that it was trained on", "evaluate it on a split that it never saw: `… on data.test`");
}
/** Context for scoring a training's rows again. */
interface Asks {
  readonly session: OpenSession;
  readonly handle: ModelHandle;
  readonly weights: TrainedWeights;
  readonly one: MeasuredModel;
  readonly batchSize: number;
  readonly stage: ExecutionContext;
  readonly warn: Warn;
}

/** Runs the attacks on a model that was measured on a split; baselines are not attacked. */
export async function runAttacks(
  session: OpenSession,
  one: MeasuredModel,
  options: {
    readonly attacks: readonly Call[];
    readonly batchSize: number;
    readonly span: Parameters<typeof warnerAt>[1];
  },
  context: ExecutionContext,
): Promise<readonly AttackResult[]> {
  if (options.attacks.length === 0 || one.by.is !== "model" || one.folds) return [];
  const { handle } = one.by;
  const weights = mustExist(handle.weights, "weights");
  const asks: Asks = {
    session,
    handle,
    weights,
    one,
    stage: context,
    batchSize: options.batchSize,
    warn: warnerAt(context, options.span),
  };
  const found: AttackResult[] = [];
  for (const call of options.attacks) {
    const attack = shortCallText(call, session.vocabulary.registry);
    const world: AttackContext = {
      rows: (most) => memberScores(asks, attack, most),
      canaries: (unseen) => canaryLosses(asks, unseen),
    };
    found.push({ attack, report: await (await loadImplementation(call, "attack")).run(call, world) });
  }
  return found;
}

/** Losses on rows of a table, of the model or of its base before training. */
async function losses(
  { session, one, batchSize, stage: context }: Asks,
  handle: ModelHandle,
  { data, table, labels, what }: Rows,
): Promise<{ readonly rows: EncodedRows; readonly encoding: RowEncodingOptions; readonly predictor: Asked }> {
  const {
    plan,
    labels: known,
    packed,
    open,
    base,
    tokenizer,
  } = await session.weights.askable(handle, data, context.hostContext);
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, known, handle.name);
  const prepared: PreparedData = { ...one.prepared, labels, splits: { [what]: table } };
  const rows = await encodeSplit(prepared, { data: data.name, split: what }, encoding);
  const onRows = (done: number, total: number) =>
    context.hostContext.onProgress?.({ label: `${what} of ${handle.name}`, done, total });
  const options = {
    batchSize,
    padId: tokenizer.padId,
    packed,
    onRows,
    ...(context.signal && { signal: context.signal }),
  };
  return { rows, encoding, predictor: { session: open.session, options } };
}
interface Asked {
  readonly session: Parameters<typeof meanLossByText>[0];
  readonly options: Parameters<typeof meanLossByText>[3];
}
interface Rows {
  readonly data: DataPlan;
  readonly table: ColumnTable;
  readonly labels: readonly string[];
  /** Name of the rows in messages. */
  readonly what: string;
}

async function memberScores(asks: Asks, attack: string, most: number): Promise<MembershipScores> {
  const { session, handle, weights, one, stage: context, warn } = asks;
  const { data, model } = weights.plan.recipe;
  const refuse = (why: string, instead: string): never => {
    throw new CodedError("attack-impossible", { attack, model: handle.name, why, instead });
  };
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
  if (prepared.streamed ?? one.prepared.streamed)
    return refuse("its rows are read as they come (`stream: true`)", "train and evaluate on data in memory");
  if (prepared.facts.hash !== weights.data.hash)
    return refuse(`the rows of ${data.name} have changed since it was trained`, "train it again, or restore the file");
  const learnt = { prepared, split: trainingSplitName(prepared) };
  const known = new Set(await rowHashesOf(learnt, context.signal));
  const hashes = await rowHashesOf(one, context.signal);
  const unseen = Array.from(hashes.keys()).filter((row) => !known.has(hashes[row]!));
  const rows = [
    [
      "members",
      learnt,
      picked(
        Array.from({ length: rowCount(learnt) }, (_, row) => row),
        most,
      ),
    ],
    ["others", one, picked(unseen, most)],
  ] as const;
  const calibrated = writesText(model) && !model.trained && !model.scratch;
  const before = calibrated ? session.models.unnamed(model, `the base of ${handle.name}`) : null;
  const scores = new Map<string, Float64Array>();
  for (const [what, part, candidates] of rows) {
    const rowKind = what === "members" ? "rows that trained" : "other rows";
    if (candidates.length < FEWEST)
      refuse(
        `${String(candidates.length)} ${rowKind} are too few`,
        `it needs ${String(FEWEST)} of each, and several hundred for a precise result`,
      );
    if (candidates.length < ENOUGH && what === "others")
      warn("few-for-attack", { of: rowKind, rows: candidates.length });
    const table = tableOf(part).reify(candidates);
    const ask = async (by: ModelHandle) => {
      const { rows, encoding, predictor } = await losses(asks, by, {
        data,
        table,
        labels: part.prepared.labels,
        what: rowKind,
      });
      return meanLossByText(predictor.session, rows, encoding, predictor.options);
    };
    const modelLosses = await ask(handle);
    const base = before && (await ask(before));
    scores.set(
      what,
      Float64Array.from(modelLosses, (loss, row) => (base?.[row] ?? 0) - loss).filter((score) => !Number.isNaN(score)),
    );
  }
  return {
    members: mustExist(scores.get("members"), "members"),
    others: mustExist(scores.get("others"), "others"),
    calibrated,
  };
}

const tableOf = ({ prepared, split }: PreparedDataSplit): ColumnTable =>
  mustExist(prepared.splits[split], `the rows of ${split}`);
const rowCount = (part: PreparedDataSplit): number => tableOf(part).numRows();

/** Picks at most `most` rows, evenly spaced. */
function picked(rows: readonly number[], most: number): number[] {
  if (rows.length <= most) return [...rows];
  return Array.from(evenlySpacedRows(rows.length, most), (position) => rows[position]!);
}

/** The text that represents a canary in a list. */
const called = ({ text = "", target, messages, label }: CanaryRow): string =>
  label !== undefined ? `${text} → ${label}` : (target ?? (text || JSON.parse(messages ?? "[]")[1]?.content) ?? "");

async function canaryLosses(asks: Asks, unseen: number): Promise<CanaryLosses> {
  const { handle, weights } = asks;
  const { training, data } = weights.plan.recipe;
  const { labels } = weights;
  const { registry } = asks.session.vocabulary;
  const space = mustExist(canaryTemplateOf(weights.plan, { registry, labels }), "canaries of this task");
  const { canaries: count = 0, canary_copies: times = 1, seed } = training;
  const drawn = (which: "planted" | "unseen", canaryCount: number) =>
    drawCanaries(space, { seed, count: canaryCount, which });
  const planted = drawn("planted", count);
  const rowsOf = (canaries: readonly CanaryRow[], what: string): Rows => ({
    data,
    labels,
    what,
    table: canaryTable([...space.roles, "$row"], canaries),
  });
  const others = drawn("unseen", unseen);
  const canaryRows = await losses(asks, handle, rowsOf(planted, "canaries"));
  const found = await meanLossByText(
    canaryRows.predictor.session,
    canaryRows.rows,
    canaryRows.encoding,
    canaryRows.predictor.options,
  );
  const beside = await losses(asks, handle, rowsOf(others, "unseen canaries"));
  const { session, options } = beside.predictor;
  const byLabel = space.form === "labelled" ? await labelLosses(session, beside.rows, beside.encoding, options) : null;
  const plain = byLabel ? null : await meanLossByText(session, beside.rows, beside.encoding, options);
  const columns = new Map<string, Float64Array>();
  const column = (label: string): Float64Array => {
    const known = columns.get(label);
    if (known) return known;
    const made = plain ?? Float64Array.from(mustExist(byLabel, "losses"), (all) => all[labels.indexOf(label)]!);
    columns.set(label, made);
    return made;
  };
  return {
    planted: planted.map((canary, i) => ({
      canary: called(canary),
      loss: found[i]!,
      unseen: column(canary["label"] ?? ""),
    })),
    times,
    bits: canarySpaceBits(space),
  };
}

/** The attack results as saved with the scores. */
export function attackScoresToSave(attacked: readonly AttackResult[] | undefined): {
  readonly attacks?: readonly AttackScores[];
} {
  if (!attacked || attacked.length === 0) return {};
  const attacks = attacked.map(({ attack, report: { figures, found, said: sentence, how } }) => ({
    attack,
    found,
    said: sentence,
    how,
    figures: figures.map(({ name, value, interval, chance }) => ({
      name,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      chance: chance.value,
      most: chance.most ?? null,
    })),
  }));
  return { attacks };
}
