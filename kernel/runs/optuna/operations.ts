/**
 * Operations of Optuna's journal (its JournalStorage over a file), one line of JSON each: studies and trials are the
 * result of all of them in order. Python's JSON writes NaN and the infinities without quotes, so both directions are
 * handled here.
 */
import * as v from "valibot";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import {
  anyNumber,
  objectWith,
  matchSchema,
  jsonObject,
  dictionaryOf,
  SchemaMismatch,
  wholeNumber,
} from "../../fetch/json.js";

export const OPTUNA_OPERATIONS = {
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
export const OPTUNA_TRIAL_STATES = { running: 0, complete: 1, pruned: 2, failed: 3, waiting: 4 } as const;
export const OPTUNA_DIRECTIONS = { minimize: 1, maximize: 2 } as const;
/** Start of every line, here and in Optuna: it locates a line that was appended to a truncated one. */
const FIRST = '{"op_code":';

const operationCode = <const C extends number>(code: C) => v.literal(code);
const text = v.nullable(v.string());
const values = v.nullable(v.array(v.nullable(anyNumber)));
const written = { worker_id: v.string() };
const state = v.picklist(Object.values(OPTUNA_TRIAL_STATES));
const operation = v.union([
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.createStudy),
    ...written,
    study_name: v.string(),
    directions: v.array(wholeNumber()),
  }),
  objectWith({ op_code: operationCode(OPTUNA_OPERATIONS.deleteStudy), ...written, study_id: wholeNumber() }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.studyUserAttr),
    ...written,
    study_id: wholeNumber(),
    user_attr: jsonObject,
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.studySystemAttr),
    ...written,
    study_id: wholeNumber(),
    system_attr: jsonObject,
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.createTrial),
    ...written,
    study_id: wholeNumber(),
    datetime_start: text,
    state: v.exactOptional(state),
    datetime_complete: v.exactOptional(text),
    value: v.exactOptional(v.nullable(anyNumber)),
    values: v.exactOptional(values),
    distributions: v.exactOptional(dictionaryOf(v.string())),
    params: v.exactOptional(dictionaryOf(anyNumber)),
    user_attrs: v.exactOptional(jsonObject),
    system_attrs: v.exactOptional(jsonObject),
    intermediate_values: v.exactOptional(dictionaryOf(v.nullable(anyNumber))),
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.trialParam),
    ...written,
    trial_id: wholeNumber(),
    param_name: v.string(),
    param_value_internal: anyNumber,
    distribution: v.string(),
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.trialState),
    ...written,
    trial_id: wholeNumber(),
    state,
    values,
    datetime_start: v.exactOptional(text),
    datetime_complete: v.exactOptional(text),
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.intermediateValue),
    ...written,
    trial_id: wholeNumber(),
    step: v.pipe(v.number(), v.integer()),
    intermediate_value: v.nullable(anyNumber),
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.trialUserAttr),
    ...written,
    trial_id: wholeNumber(),
    user_attr: jsonObject,
  }),
  objectWith({
    op_code: operationCode(OPTUNA_OPERATIONS.trialSystemAttr),
    ...written,
    trial_id: wholeNumber(),
    system_attr: jsonObject,
  }),
]);
export type OptunaOperation = v.InferOutput<typeof operation>;
type Without<T> = T extends unknown ? { [K in keyof T as K extends "worker_id" ? never : K]: T[K] } : never;
/** An operation before its writer's id is added. */
export type OperationWithoutWorker = Without<OptunaOperation>;

/** Returns the operations of one line; truncated, unknown or invalid ones are skipped. */
export function parseOperations(line: string): readonly OptunaOperation[] {
  if (line === "") return [];
  const whole = parsed(line);
  if (whole !== undefined) return like(whole);
  const [, ...pieces] = line.split(FIRST);
  return pieces.flatMap((piece) => like(parsed(`${FIRST}${piece}`)));
}

/** Returns a line without its line end. */
export function serializeOperation(operation: OperationWithoutWorker, worker: string): string {
  let bare = false;
  const { op_code, ...rest } = operation;
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

function like(value: unknown): readonly OptunaOperation[] {
  if (!isRecord(value)) return [];
  try {
    return [matchSchema(value, operation)];
  } catch (error) {
    if (error instanceof SchemaMismatch) return [];
    throw error;
  }
}

/** Returns undefined for invalid JSON, including Python's dialect. */
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

/** Quotes bare non-finite numbers outside of strings; in one pass, for lines of any writer. */
function marked(line: string): string {
  let [text, start, quoted] = ["", 0, false];
  for (const { 0: found, index } of line.matchAll(/\\.|"|NaN|-?Infinity/gs)) {
    if (found === '"') quoted = !quoted;
    if (quoted || found === '"' || found.startsWith("\\")) continue;
    text += `${line.slice(start, index)}"\\u0000${found}"`;
    start = index + found.length;
  }
  return text + line.slice(start);
}
