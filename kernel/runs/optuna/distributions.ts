/** What a parameter is drawn from, as Optuna writes it into its journal (JSON within JSON), and what its numbers stand for. */
import * as v from "valibot";
import { fields, figure, jsonOrNone, maybe, object, type Json, type Schema } from "../../fetch/json.js";

/** What a choice of Optuna's may hold. */
export type Choice = string | number | boolean | null;
export type Distribution =
  | { readonly is: "categorical"; readonly choices: readonly Choice[] }
  | {
      readonly is: "float" | "int";
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      /** Null: none; of whole numbers 1. */
      readonly step: number | null;
    };

export function distributionText(of: Distribution): string {
  if (of.is === "categorical")
    return JSON.stringify({ name: "CategoricalDistribution", attributes: { choices: of.choices } });
  const { low, high, log, step } = of;
  const name = of.is === "int" ? "IntDistribution" : "FloatDistribution";
  return JSON.stringify({ name, attributes: { log, step: of.is === "int" ? (step ?? 1) : step, low, high } });
}

type Limits = { readonly low: number; readonly high: number; readonly log?: boolean | undefined } & Stepped;
/** `q`: as earlier versions called a step. */
type Stepped = { readonly step?: unknown; readonly q?: unknown };
const choices: Schema<readonly Choice[]> = v.array(v.union([v.string(), v.number(), v.boolean(), v.null()]));
const limits: Schema<Limits> = fields({
  low: figure,
  high: figure,
  log: v.optional(v.boolean()),
  step: maybe,
  q: maybe,
});
const full: Schema<{ readonly name: string; readonly attributes: Json }> = fields({
  name: v.string(),
  attributes: object,
});
const abbreviated: Schema<{ readonly type: string } & Json> = fields({ type: v.string() });
/** Names of earlier versions stand in old journals. */
const INTS = ["IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution", "int"];
const FLOATS = [
  ...["FloatDistribution", "UniformDistribution", "LogUniformDistribution", "DiscreteUniformDistribution"],
  "float",
];
const LOGS = ["IntLogUniformDistribution", "LogUniformDistribution"];

/** Null: it is none that Optuna writes. */
export function distributionIn(text: string): Distribution | null {
  const long = jsonOrNone(text, full);
  const short = long ? null : jsonOrNone(text, abbreviated);
  const name = long?.name ?? short?.type ?? "";
  const of: Json = long?.attributes ?? short ?? {};
  if (name === "CategoricalDistribution" || name === "categorical") {
    const has = v.safeParse(choices, of["choices"]);
    return has.success ? { is: "categorical", choices: has.output } : null;
  }
  const is = INTS.includes(name) ? "int" : FLOATS.includes(name) ? "float" : null;
  const has = v.safeParse(limits, of);
  if (!is || !has.success) return null;
  const { low, high, log, step, q } = has.output;
  const by = step ?? q;
  return { is, low, high, log: log === true || LOGS.includes(name), step: typeof by === "number" ? by : null };
}

/** What the number in the journal stands for; undefined: for nothing. */
export function meantBy(of: Distribution, value: number): Choice | undefined {
  if (of.is === "categorical") return of.choices[Math.trunc(value)];
  return of.is === "int" ? Math.trunc(value) : value;
}
