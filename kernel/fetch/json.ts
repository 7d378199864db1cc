/**
 * JSON that comes from a file or from an answer, held to a schema before anything believes it: what is returned has the type
 * that it says, and what isn't like that is told with its place. Schemas are valibot's; one stands beside the type it holds.
 *
 * Objects are read by `fields` and `table`: to valibot a list is an object too.
 */
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { FileNotRead, readWholeFile, readNamedText } from "./regular.js";

/** Of a `T` in JSON. */
export type Schema<T> = v.GenericSchema<unknown, T>;

export type Json = Readonly<Record<string, unknown>>;
/** Any object, as it is. */
export const jsonObject = v.custom<Json>(isRecord);
/** An object with these keys; others may stand beside them, and are kept. */
export const objectWith = <const E extends v.ObjectEntries>(entries: E) => v.pipe(jsonObject, v.looseObject(entries));
/** An object whose values are all alike, under any keys (valibot's record leaves out what a prototype has, as `constructor`). */
export const dictionaryOf = <T>(values: Schema<T>) =>
  v.pipe(
    jsonObject,
    v.rawTransform(({ dataset, addIssue, NEVER }): Readonly<Record<string, T>> => {
      const input = dataset.value;
      const read: [string, T][] = [];
      for (const [key, value] of Object.entries(input)) {
        const found = v.safeParse(values, value, strictly);
        if (!found.success) {
          const [{ input: receivedInput, expected, received, message, path = [] }] = found.issues;
          const here = { type: "object", origin: "value", input, key, value } as const;
          addIssue({ input: receivedInput, expected: expected ?? undefined, received, message, path: [here, ...path] });
          return NEVER;
        }
        read.push([key, found.output]);
      }
      return Object.fromEntries(read);
    }),
  );
/** Anything, or nothing, under a key: whoever reads it looks at it. */
export const optionalUnknown = v.optional(v.unknown());
/** Any number, NaN and the infinities too. */
export const anyNumber = v.custom<number>((x) => typeof x === "number");
/** A whole number from `least` on. */
export const wholeNumber = (least = 0) => v.pipe(v.number(), v.safeInteger(), v.minValue(least));

/** The first thing that is wrong is told, in a schema's own words where it has some; without this valibot would add its own. */
const strictly = { abortEarly: true, message: "" } as const;

/** It is no JSON, or not of its schema; `why` begins with `it` or with the place in it. */
export class SchemaMismatch extends Error {
  constructor(
    readonly why: string,
    cause?: unknown,
  ) {
    super(why, { cause });
  }
}

/** The value, if it is of this schema. Throws `SchemaMismatch`, with the message of the schema where it has one. */
export function matchSchema<T>(value: unknown, schema: Schema<T>): T {
  const found = v.safeParse(schema, value, strictly);
  if (found.success) return found.output;
  const [issue] = found.issues;
  throw new SchemaMismatch(issue.message === "" ? issueText(issue) : issue.message);
}

/** Whether a value is of the schema, as it is: of a schema that changes nothing. */
export function schemaGuard<T>(schema: Schema<T>): (value: unknown) => value is T {
  return (value): value is T => v.is(schema, value);
}

/** Maximum nesting of lists and objects in a file. Schemas and printers recurse, so a deeper file would exhaust the stack. */
export const MAX_NESTING = 256;

function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING) return true;
    const below: unknown[] = [];
    for (const one of level)
      if (typeof one === "object" && one !== null)
        for (const inner of Object.values(one)) if (typeof inner === "object" && inner !== null) below.push(inner);
    level = below;
  }
  return false;
}

/** The JSON in a text. Throws `SchemaMismatch`. */
export function parseJsonAs<T>(text: string, schema: Schema<T>, reviver?: (key: string, value: unknown) => unknown): T {
  let value: unknown;
  try {
    value = JSON.parse(text, reviver);
  } catch (error) {
    throw new SchemaMismatch("it is no JSON", error);
  }
  if (isTooDeep(value))
    throw new SchemaMismatch(`it nests lists and objects more than ${String(MAX_NESTING)} levels deep`);
  return matchSchema(value, schema);
}

/** The same of what is worth nothing where it isn't whole: null then. */
export function parseJsonOrNull<T>(
  text: string,
  schema: Schema<T>,
  reviver?: (key: string, value: unknown) => unknown,
): T | null {
  try {
    return parseJsonAs(text, schema, reviver);
  } catch (error) {
    if (error instanceof SchemaMismatch) return null;
    throw error;
  }
}

export interface ReadJsonOptions {
  /** What the file is called for people; absent: its path. */
  readonly as?: string;
  /** Most bytes. */
  readonly most?: number;
  readonly missing?: () => CodedError;
  /** What is thrown in place of `unlike-file`. */
  readonly unlike?: (why: string, cause: unknown) => CodedError;
}

/** The JSON in a file. Coded errors `missing-file` (or what `missing` makes), `unreadable-file`, `file-too-large`, `unlike-file`. */
export function readJson<T>(file: string, schema: Schema<T>, options: ReadJsonOptions = {}): T {
  const { as = file, unlike = (why, cause) => new CodedError("unlike-file", { file: as, why }, { cause }) } = options;
  const text = readNamedText(file, as, options);
  try {
    return parseJsonAs(text.replace(/^\uFEFF/, ""), schema);
  } catch (error) {
    throw error instanceof SchemaMismatch ? unlike(error.why, error.cause ?? error) : error;
  }
}

/** Bytes of a file that is only a hint. */
const MOST_OF_A_HINT = 64 * 2 ** 20;

/** Of a file that this or another process keeps to save work: null where it is not there, torn, or of another version. */
export function readHint<T>(file: string, schema: Schema<T>, most = MOST_OF_A_HINT): T | null {
  try {
    const bytes = readWholeFile(file, most);
    return bytes && parseJsonOrNull(bytes.toString("utf8"), schema);
  } catch (error) {
    if (error instanceof FileNotRead) return null;
    throw error;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  Array: "a list",
  Object: "an object",
  unknown: "an object",
};
/** Where in it, what stands there, and what was expected. */
function issueText(issue: v.BaseIssue<unknown>): string {
  const issuePath = v.getDotPath(issue);
  if (issue.input === undefined) return `${issuePath ?? "it"} is missing`;
  const text = JSON.stringify(issue.input) ?? String(issue.input);
  const found = text.length > 60 ? `${text.slice(0, 60)} …` : text;
  const { expected } = issue;
  return `${issuePath ?? "it"} is ${found}${expected === null ? ", which can't be" : `, not ${kinds[expected] ?? expected}`}`;
}
