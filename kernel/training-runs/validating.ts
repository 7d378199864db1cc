/** Scores the validation split: all its rows, or parts of it that each belong to one client. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { EngineSession } from "../engines/engine.js";
import type { EncodedRows } from "../data/encoding/encoded.js";
import { computeOutputs, scoreOutputs, type SplitOutputs } from "../inference/score-split.js";
import type { Validate } from "../training/loop/validation.js";
import type { OpenModel } from "../models/open-model.js";
import type { TrainingInputs } from "./training-inputs.js";

type Told = Readonly<Record<string, number>>;

/** The watched metric, and further ones to measure. */
export interface ValidationSettings {
  readonly registry: Registry;
  readonly plan: Plan;
  readonly watched: Call;
  readonly measures?: readonly Call[] | undefined;
}

/** Returns how predictions are computed and scored. */
async function measuring(
  { registry, plan, watched, measures = [] }: ValidationSettings,
  { encoding, packed, tokenizer }: Pick<TrainingInputs, "encoding" | "packed" | "tokenizer">,
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
    scored: (parts: readonly SplitOutputs[], rows: EncodedRows) => scoreOutputs(parts, rows, encoding, {}),
  };
}

/** Returns null without a validation split. */
export async function validatorFor(
  wanted: ValidationSettings,
  material: TrainingInputs,
  { session }: Pick<OpenModel, "session">,
): Promise<Validate | null> {
  const { validation } = material;
  if (!validation) return null;
  const { ask, toldOf, scored } = await measuring(wanted, material);
  return async (signal, onRows) => toldOf(scored([await ask(session, validation, signal, onRows)], validation));
}

/** One part's rows among all validation rows. */
export interface ValidationPart {
  /** Name of the part; null for a part without an owner, which counts only in the overall scores. */
  readonly name: string | null;
  readonly rows: EncodedRows;
  /** Loads this part's own weights into the engine. Unset if it has none. */
  readonly swapIn?: (() => Promise<void>) | undefined;
}

/**
 * Validates by parts; the validation rows are those of all parts in order. `onParts` receives the scores by part name,
 * and those with each part's own weights. If parts have their own weights, the overall scores use them, and `common`
 * restores the shared ones.
 */
export async function partsValidatorFor(
  wanted: ValidationSettings,
  material: TrainingInputs,
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
  const scoresOf = (all: readonly SplitOutputs[]) =>
    Object.fromEntries(
      parts.flatMap(({ name, rows }, i) =>
        name === null ? [] : [[name, toldOf(scored(all.slice(i, i + 1), rows))] as const],
      ),
    );
  return async (signal, onRows) => {
    let before = 0;
    const askAll = async (isPersonal: boolean): Promise<readonly SplitOutputs[]> => {
      const all: SplitOutputs[] = [];
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
