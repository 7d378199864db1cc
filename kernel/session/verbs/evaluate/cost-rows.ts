/** Rows of the evaluation table: training time, time and tokens of an answer, size of the weights. */
import type { CostRow } from "../../../core/display/scores/score-tables.js";
import { bytes, count, duration } from "../../../core/display/text.js";
import type { Cost } from "./cost.js";
import type { Measured } from "./once.js";

/** Empty if only models are evaluated: times would make the output of such a cell differ in every run. */
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
