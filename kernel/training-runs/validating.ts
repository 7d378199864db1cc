/** Scores on the validation split: of all its rows, or of parts of it that are each somebody's. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { EngineSession } from "../engines/engine.js";
import type { EncodedRows } from "../data/encoding/encoded.js";
import { computeOutputs, scoreOutputs, type PartOutputs } from "../inference/score-split.js";
import type { Validate } from "../training/loop/validation.js";
import type { OpenModel } from "../models/open-model.js";
import type { TrainingMaterial } from "./material.js";

type Told = Readonly<Record<string, number>>;

/** What is watched, and what is measured beside it. */
export interface ValidationSettings {
  readonly registry: Registry;
  readonly plan: Plan;
  readonly watched: Call;
  readonly measures?: readonly Call[] | undefined;
}

/** How rows are asked, and what is told of their scores. */
async function measuring(
  { registry, plan, watched, measures = [] }: ValidationSettings,
  { encoding, packed, tokenizer }: Pick<TrainingMaterial, "encoding" | "packed" | "tokenizer">,
) {
  const calls = [watched, ...measures];
  const counts = calls.some(({ word }) => registry.find("metric", word)?.capabilities?.countsBytes);
  const spelt = counts ? (ids: Int32Array) => tokenizer.decode(ids) : undefined;
  const wanted = await Promise.all(
    calls.map(async (call) => ({ call, metric: await loadImplementation(call, "metric") })),
  );
  const options = { batchSize: plan.recipe.training.batch_size, padId: tokenizer.padId, packed, spelt };
  const toldOf = ({ metrics, measure }: ScoredOutcome): Told => {
    const missing = wanted.filter(({ call }) => !(metricName(call, registry) in metrics));
    return {
      ...metrics,
      ...Object.fromEntries(missing.map(({ call, metric }) => [metricName(call, registry), measure(metric, call)])),
    };
  };
  const ask = (
    session: EngineSession,
    rows: EncodedRows,
    signal: AbortSignal,
    onRows?: (done: number, total: number) => void,
  ) => computeOutputs(session, rows, encoding, { ...options, signal, ...(onRows && { onRows }) });
  return {
    ask,
    toldOf,
    scored: (parts: readonly PartOutputs[], rows: EncodedRows) => scoreOutputs(parts, rows, encoding, {}),
  };
}

/** Null: nothing is validated. */
export async function validatorFor(
  wanted: ValidationSettings,
  material: TrainingMaterial,
  { session }: Pick<OpenModel, "session">,
): Promise<Validate | null> {
  const { validation } = material;
  if (!validation) return null;
  const { ask, toldOf, scored } = await measuring(wanted, material);
  return async (signal, onRows) => toldOf(scored([await ask(session, validation, signal, onRows)], validation));
}

/** Rows of one of several, among the rows of all. */
export interface ValidationPart {
  /** Null: nobody's, and told of all rows alone. */
  readonly name: string | null;
  readonly rows: EncodedRows;
  /** The engine has what is this part's alone; absent: nothing is. */
  readonly swapIn?: (() => Promise<void>) | undefined;
}

/**
 * `validation`: the rows of all parts, one part's behind the other's. `onParts`: told what each came to, by its name, and what
 * with its own. Where parts have something of their own, all rows are told as each is answered with it; `common` undoes it.
 */
export async function partsValidatorFor(
  wanted: ValidationSettings,
  material: TrainingMaterial,
  { session }: Pick<OpenModel, "session">,
  {
    parts,
    onParts,
    common,
  }: {
    readonly parts: readonly ValidationPart[];
    readonly onParts: (scores: Readonly<Record<string, Told>>, personal?: Readonly<Record<string, Told>>) => void;
    readonly common?: (() => Promise<void>) | undefined;
  },
): Promise<Validate | null> {
  const { validation } = material;
  if (!validation || parts.length === 0) return null;
  const { ask, toldOf, scored } = await measuring(wanted, material);
  const scoresOf = (all: readonly PartOutputs[]) =>
    Object.fromEntries(
      parts.flatMap(({ name, rows }, i) =>
        name === null ? [] : [[name, toldOf(scored(all.slice(i, i + 1), rows))] as const],
      ),
    );
  return async (signal, onRows) => {
    let before = 0;
    const askAll = async (isPersonal: boolean): Promise<readonly PartOutputs[]> => {
      const all: PartOutputs[] = [];
      for (const part of parts) {
        const begun = before;
        if (isPersonal) await (part.swapIn ?? common)?.();
        all.push(
          await ask(session, part.rows, signal, (done) => onRows(begun + done, (common ? 2 : 1) * validation.count)),
        );
        before += part.rows.count;
      }
      return all;
    };
    const all = await askAll(false);
    if (!common) {
      onParts(scoresOf(all));
      return toldOf(scored(all, validation));
    }
    try {
      const own = await askAll(true);
      onParts(scoresOf(all), scoresOf(own));
      return toldOf(scored(own, validation));
    } finally {
      await common();
    }
  };
}
