/** Of models and what stands beside them: whether it was worth it, why nothing is said of that, and what each takes. */
import { listed } from "#dsl/diagnostics/listed.js";
import { must } from "#dsl/diagnostics/must.js";
import type { CostRow } from "../../../core/display/scores/score-tables.js";
import { bytes, count, duration } from "../../../core/display/text.js";
import { difference, type Compared } from "../../../inference/measuring/comparison.js";
import { verdictOf, type Rival } from "../../../inference/measuring/verdict.js";
import type { Cost } from "./cost.js";
import type { Measured } from "./once.js";
import type { SeedsTold } from "./seeds.js";

/** What is said of models and what stands beside them. */
export interface Told {
  /** Null: nothing stands beside the first, or nothing can be compared. */
  readonly said: string | null;
  /** It says that there is no verdict, and why. */
  readonly withheld: boolean;
}

/** By the first metric. `learnt`: those of them that learnt from the rows. */
export function verdictIn(
  measured: readonly Measured[],
  drawn: Compared,
  { learnt, seeds }: { readonly learnt: readonly string[]; readonly seeds: SeedsTold | null },
): Told {
  const said = comparedIn(measured, drawn);
  if (said === null) return { said, withheld: false };
  if (learnt.length > 0) return { said: withheldFor(learnt), withheld: true };
  return {
    said: `${said}${seeds === null ? "" : `; ${seeds.ofBest(measured[0]?.measures[0]?.name ?? "")}`}`,
    withheld: false,
  };
}

function withheldFor(learnt: readonly string[]): string {
  const names = listed(learnt);
  return `no verdict: these learnt from the very rows, and how they do on others that does not say: ${names}`;
}

function comparedIn([first, ...others]: readonly Measured[], drawn: Compared): string | null {
  const own = first?.measures[0];
  if (!first || !own) return null;
  const base = must(drawn.get(own), `the interval of ${own.name}`);
  const sideOf = ({ evaluation, cost }: Measured, value: number) => ({
    ...{ name: evaluation.model, value, seconds: cost.asking / evaluation.rows },
  });
  const rivals = others.flatMap((other): Rival[] => {
    const measure = other.measures.find(({ name }) => name === own.name);
    const drawnOf = measure && drawn.get(measure);
    if (!drawnOf) return [];
    const is = other.by.is === "model" ? "model" : other.by.constant ? "constant" : "contender";
    return [{ ...sideOf(other, measure.value), difference: difference(base, drawnOf), is }];
  });
  return verdictOf({ metric: own, model: sideOf(first, own.value), rivals });
}

/** Rows beneath the scores; none where models stand alone, whose cells say the same whenever they are run. */
export function costsOf(measured: readonly Measured[]): readonly CostRow[] {
  if (measured.every(({ by }) => by.is === "model")) return [];
  const row = (name: string, of: (cost: Cost, rows: number) => string | null): CostRow => ({
    name,
    cells: measured.map(({ cost, evaluation }) => of(cost, evaluation.rows)),
  });
  return [
    row("training", ({ training }) => (training === null ? null : duration(training))),
    row("ms an answer", ({ asking }, rows) => milliseconds((1000 * asking) / rows)),
    row("tokens an answer", ({ tokens }, rows) => (tokens === null ? null : count(tokens / rows))),
    row("weights", (cost) => (cost.bytes === null ? null : bytes(cost.bytes))),
  ].filter(({ cells }) => cells.some((cell) => cell !== null));
}

function milliseconds(value: number): string {
  return value < 0.001 ? "< 0.001" : String(Number(value.toPrecision(2)));
}
