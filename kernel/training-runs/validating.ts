/** Scores on the validation split: of all its rows, or of parts of it that are each somebody's. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Scored } from "#stdlib/tasks/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { does } from "../host/load-implementation.js";
import type { Session } from "../engines/engine.js";
import type { Encoded } from "../data/encoding/encoded.js";
import { asked, scoredOf, type Asked } from "../inference/score-split.js";
import type { Validate } from "../training/loop/validation.js";
import type { OpenModel } from "../models/open-model.js";
import type { Material } from "./material.js";

type Told = Readonly<Record<string, number>>;

/** What is watched, and what is measured beside it. */
export interface Wanted {
  readonly registry: Registry;
  readonly plan: Plan;
  readonly watched: Call;
  readonly measures?: readonly Call[] | undefined;
}

/** How rows are asked, and what is told of their scores. */
async function measuring(
  { registry, plan, watched, measures = [] }: Wanted,
  { encoding, packed, tokenizer }: Pick<Material, "encoding" | "packed" | "tokenizer">,
) {
  const calls = [watched, ...measures];
  const counts = calls.some(({ word }) => registry.find("metric", word)?.capabilities?.countsBytes);
  const spelt = counts ? (ids: Int32Array) => tokenizer.decode(ids) : undefined;
  const wanted = await Promise.all(calls.map(async (call) => ({ call, metric: await does(call, "metric") })));
  const o = { batchSize: plan.recipe.training.batch_size, padId: tokenizer.padId, packed, spelt };
  const toldOf = ({ told, measure }: Scored): Told => {
    const missing = wanted.filter(({ call }) => !(metricName(call, registry) in told));
    return {
      ...told,
      ...Object.fromEntries(missing.map(({ call, metric }) => [metricName(call, registry), measure(metric, call)])),
    };
  };
  const ask = (session: Session, rows: Encoded, signal: AbortSignal, onRows?: (done: number, of: number) => void) =>
    asked(session, rows, encoding, { ...o, signal, ...(onRows && { onRows }) });
  return {
    ask,
    toldOf,
    scored: (parts: readonly Asked[], rows: Encoded) => scoredOf(parts, rows, encoding, {}),
  };
}

/** Null: nothing is validated. */
export async function validatingOn(
  wanted: Wanted,
  material: Material,
  { session }: Pick<OpenModel, "session">,
): Promise<Validate | null> {
  const { validation } = material;
  if (!validation) return null;
  const { ask, toldOf, scored } = await measuring(wanted, material);
  return async (signal, onRows) => toldOf(scored([await ask(session, validation, signal, onRows)], validation));
}

/** Rows of one of several, among the rows of all. */
export interface Part {
  /** Null: nobody's, and told of all rows alone. */
  readonly name: string | null;
  readonly rows: Encoded;
  /** The engine has what is this part's alone; absent: nothing is. */
  readonly own?: (() => Promise<void>) | undefined;
}

/**
 * `validation`: the rows of all parts, one part's behind the other's. `onParts`: told what each came to, by its name, and what
 * with its own. Where parts have something of their own, all rows are told as each is answered with it; `common` undoes it.
 */
export async function validatingParts(
  wanted: Wanted,
  material: Material,
  { session }: Pick<OpenModel, "session">,
  {
    parts,
    onParts,
    common,
  }: {
    readonly parts: readonly Part[];
    readonly onParts: (told: Readonly<Record<string, Told>>, personal?: Readonly<Record<string, Told>>) => void;
    readonly common?: (() => Promise<void>) | undefined;
  },
): Promise<Validate | null> {
  const { validation } = material;
  if (!validation || parts.length === 0) return null;
  const { ask, toldOf, scored } = await measuring(wanted, material);
  const told = (all: readonly Asked[]) =>
    Object.fromEntries(
      parts.flatMap(({ name, rows }, i) =>
        name === null ? [] : [[name, toldOf(scored(all.slice(i, i + 1), rows))] as const],
      ),
    );
  return async (signal, onRows) => {
    let before = 0;
    const askAll = async (own: boolean): Promise<readonly Asked[]> => {
      const all: Asked[] = [];
      for (const part of parts) {
        const begun = before;
        if (own) await (part.own ?? common)?.();
        all.push(
          await ask(session, part.rows, signal, (done) => onRows(begun + done, (common ? 2 : 1) * validation.count)),
        );
        before += part.rows.count;
      }
      return all;
    };
    const all = await askAll(false);
    if (!common) {
      onParts(told(all));
      return toldOf(scored(all, validation));
    }
    try {
      const own = await askAll(true);
      onParts(told(all), told(own));
      return toldOf(scored(own, validation));
    } finally {
      await common();
    }
  };
}
