/**
 * What makes a score worth little: one answer for nearly everything, none better than an answer that never changes, or a label
 * that is never right, which a score of all rows hardly shows.
 */
import { listed } from "#dsl/language/diagnostics/listed.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CommonAnswer, Scored } from "#stdlib/tasks/kind.js";
import { percent } from "../../host/text.js";
import type { Difference } from "./comparison.js";

/** One answer is given for at least this share of the rows, … */
const GIVEN = 0.95;
/** … and it is the right answer of less than this. */
const RIGHT = 0.8;
/** Numbers vary by less than this share of what is right: they hug their mean. */
const HUGS = 0.25;
/** Rows of a label from which on it is no chance that none was found. */
const FEWEST = 5;

export interface BesideConstant {
  readonly name: string;
  readonly beside: readonly {
    readonly name: string;
    readonly own: number;
    readonly than: number;
    /** Where it is another answer than `name`. */
    readonly by?: string;
    readonly difference: Difference;
  }[];
}

export function doubtsOf(
  model: string,
  { commonest, spread, byLabel }: Pick<Scored, "commonest" | "spread" | "byLabel">,
  constant: BesideConstant | null,
  task?: Call,
): readonly string[] {
  const one = oneAnswer(model, commonest);
  // One that says a single thing finds nothing else: that is said.
  const others = one.length > 0 ? [] : [...hugging(model, spread), ...neverFound(model, byLabel, task)];
  return [...one, ...others, ...noBetter(model, constant)];
}

function neverFound(model: string, byLabel: Scored["byLabel"], task: Call | undefined): readonly string[] {
  const missed = (byLabel?.rows ?? []).filter(({ hit, have }) => hit === 0 && have >= FEWEST);
  if (!byLabel || missed.length === 0) return [];
  const [one, several] = byLabel.of;
  const told = missed
    .toSorted((a, b) => b.have - a.have)
    .map(({ label, have, given }) => {
      const rows = `says it of none of its ${String(have)} ${several}`;
      return `“${label}” (${rows}${given === 0 ? `, nor of any other ${one}` : `, but of ${String(given)} other ${given === 1 ? one : several}`})`;
    });
  const weighs = task?.word === "text_classification" && task.arguments["class_weight"] === undefined;
  const mend = weighs
    ? "try `class_weight: balanced` in the task, or `balance(over)` in the data's `clean`; more rows of it teach more than both"
    : "more rows of it would teach it";
  return [`${model} never finds ${listed(told, { most: 5 })}: ${mend}`];
}

function hugging(model: string, spread: Scored["spread"]): readonly string[] {
  if (!spread || !(spread.said < HUGS * spread.truth)) return [];
  const { said, truth, mean } = spread;
  return [
    `${model} says nearly the same of every row: its answers lie around ${number(mean)} with a standard deviation of ${number(said)}, the right ones have ${number(truth)} (${percent(said / truth)} of it)`,
  ];
}

function oneAnswer(model: string, commonest: CommonAnswer | undefined): readonly string[] {
  if (!commonest || commonest.given < GIVEN || commonest.right >= RIGHT) return [];
  return [
    `${model} says ${commonest.answer} ${percent(commonest.given)} of the time; the right answer is that ${percent(commonest.right)} of the time`,
  ];
}

function noBetter(model: string, constant: BesideConstant | null): readonly string[] {
  if (!constant || constant.beside.length === 0) return [];
  const { name, beside } = constant;
  const words = (of: typeof beside): string =>
    of
      .map(
        (one) =>
          `${one.name} ${number(one.own)} beside ${number(one.than)}${one.by === undefined ? "" : ` (${one.by})`}`,
      )
      .join(", ");
  const worse = beside.filter(({ difference }) => difference.verdict === "worse");
  if (worse.length > 0) return [`${model} is worse than an answer that never changes (${name}): ${words(worse)}`];
  const told = beside.filter(({ difference }) => difference.verdict !== null);
  if (told.length === 0 || told.some(({ difference }) => difference.verdict === "better")) return [];
  return [`${model} is not shown to be better than an answer that never changes (${name}): ${words(told)}`];
}

function number(value: number): string {
  return value.toFixed(4);
}
