/**
 * Operations of Optuna's journal (its JournalStorage over a file), a line of JSON each: a study and its trials are what comes of
 * all of them in order. Python's JSON writes NaN and the infinities bare, so both ways go through here.
 */
import * as v from "valibot";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { figure, fields, matched, object, table, Unlike, whole } from "../../fetch/json.js";

export const OP = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttr: 2,
  studySystemAttr: 3,
  createTrial: 4,
  trialParam: 5,
  trialState: 6,
  intermediateValue: 7,
  trialUserAttr: 8,
  trialSystemAttr: 9,
} as const;
export const STATE = { running: 0, complete: 1, pruned: 2, failed: 3, waiting: 4 } as const;
export const DIRECTION = { minimize: 1, maximize: 2 } as const;
/** Every line begins with it, here and in Optuna: a line that was glued onto a torn one is found by it. */
const FIRST = '{"op_code":';

const of = <const C extends number>(code: C) => v.literal(code);
const text = v.nullable(v.string());
const values = v.nullable(v.array(v.nullable(figure)));
const written = { worker_id: v.string() };
const state = v.picklist(Object.values(STATE));
const operation = v.union([
  fields({ op_code: of(OP.createStudy), ...written, study_name: v.string(), directions: v.array(whole()) }),
  fields({ op_code: of(OP.deleteStudy), ...written, study_id: whole() }),
  fields({ op_code: of(OP.studyUserAttr), ...written, study_id: whole(), user_attr: object }),
  fields({ op_code: of(OP.studySystemAttr), ...written, study_id: whole(), system_attr: object }),
  fields({
    op_code: of(OP.createTrial),
    ...written,
    study_id: whole(),
    datetime_start: text,
    state: v.exactOptional(state),
    datetime_complete: v.exactOptional(text),
    value: v.exactOptional(v.nullable(figure)),
    values: v.exactOptional(values),
    distributions: v.exactOptional(table(v.string())),
    params: v.exactOptional(table(figure)),
    user_attrs: v.exactOptional(object),
    system_attrs: v.exactOptional(object),
    intermediate_values: v.exactOptional(table(v.nullable(figure))),
  }),
  fields({
    op_code: of(OP.trialParam),
    ...written,
    trial_id: whole(),
    param_name: v.string(),
    param_value_internal: figure,
    distribution: v.string(),
  }),
  fields({
    op_code: of(OP.trialState),
    ...written,
    trial_id: whole(),
    state,
    values,
    datetime_start: v.exactOptional(text),
    datetime_complete: v.exactOptional(text),
  }),
  fields({
    op_code: of(OP.intermediateValue),
    ...written,
    trial_id: whole(),
    step: v.pipe(v.number(), v.integer()),
    intermediate_value: v.nullable(figure),
  }),
  fields({ op_code: of(OP.trialUserAttr), ...written, trial_id: whole(), user_attr: object }),
  fields({ op_code: of(OP.trialSystemAttr), ...written, trial_id: whole(), system_attr: object }),
]);
export type Operation = v.InferOutput<typeof operation>;
type Without<T> = T extends unknown ? { [K in keyof T as K extends "worker_id" ? never : K]: T[K] } : never;
/** As it is before its writer signs it. */
export type Unsigned = Without<Operation>;

/** The operations of one line; what is torn, of an unknown kind or unlike its kind is left out. */
export function operationsOf(line: string): readonly Operation[] {
  if (line === "") return [];
  const whole = parsed(line);
  if (whole !== undefined) return like(whole);
  const [, ...pieces] = line.split(FIRST);
  return pieces.flatMap((piece) => like(parsed(`${FIRST}${piece}`)));
}

/** A line without its end. */
export function lineOf(of: Unsigned, worker: string): string {
  let bare = false;
  const { op_code, ...rest } = of;
  const json = JSON.stringify({ op_code, worker_id: worker, ...rest }, (_key, value: unknown) => {
    if (typeof value !== "number" || Number.isFinite(value)) return value;
    bare = true;
    return `\0${String(value)}`;
  });
  return bare ? json.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => BARE.get(quoted) ?? quoted) : json;
}
const NUMBERS = ["NaN", "Infinity", "-Infinity"] as const;
const BARE: ReadonlyMap<string, string> = new Map(NUMBERS.map((name) => [`"\\u0000${name}"`, name]));
const MARKED: ReadonlyMap<unknown, number> = new Map(NUMBERS.map((name) => [`\0${name}`, Number(name)]));

function like(value: unknown): readonly Operation[] {
  if (!isRecord(value)) return [];
  try {
    return [matched(value, operation)];
  } catch (error) {
    if (error instanceof Unlike) return [];
    throw error;
  }
}

/** Undefined: it is no JSON, Python's neither. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    try {
      return JSON.parse(marked(line), (_key, value: unknown) => MARKED.get(value) ?? value);
    } catch {
      return undefined;
    }
  }
}

/** Bare numbers outside of texts as texts; in one pass, whoever wrote the line. */
function marked(line: string): string {
  let [text, at, quoted] = ["", 0, false];
  for (const { 0: found, index } of line.matchAll(/\\.|"|NaN|-?Infinity/gs)) {
    if (found === '"') quoted = !quoted;
    if (quoted || found === '"' || found.startsWith("\\")) continue;
    text += `${line.slice(at, index)}"\\u0000${found}"`;
    at = index + found.length;
  }
  return text + line.slice(at);
}
