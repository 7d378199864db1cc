/**
 * Validates JSON from a file or a response against a schema: the returned value has the schema's type, and mismatches
 * are reported with their location. Schemas are valibot's; each is next to the type it validates.
 *
 * `objectWith` and `dictionaryOf` read objects: valibot alone would accept a list as an object.
 */
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { FileNotRead, readWholeFile, readNamedText } from "./regular.js";

/** Schema of a `T` in JSON. */
export type Schema<T> = v.GenericSchema<unknown, T>;

export type JsonRecord = Readonly<Record<string, unknown>>;
/** Any object, unchanged. */
export const jsonObject = v.custom<JsonRecord>(isRecord);
/** An object with these keys; other keys are allowed and retained. */
export const objectWith = <const E extends v.ObjectEntries>(entries: E) => v.pipe(jsonObject, v.looseObject(entries));
/**
 * An object with any keys whose values all match one schema (valibot's record drops keys of the prototype, such as
 * `constructor`).
 */
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
/** Any value, or none, under a key; its reader must check it. */
export const optionalUnknown = v.optional(v.unknown());
/** Any number, including NaN and the infinities. */
export const anyNumber = v.custom<number>((x) => typeof x === "number");
/** A whole number of at least `least`. */
export const wholeNumber = (least = 0) => v.pipe(v.number(), v.safeInteger(), v.minValue(least));

/**
 * Reports only the first mismatch, with the schema's own message if it has one; otherwise valibot would add its own.
 */
const strictly = { abortEarly: true, message: "" } as const;

/** The text is not JSON, or does not match its schema; `why` begins with `it` or with the location. */
export class SchemaMismatch extends Error {
  constructor(
    readonly why: string,
    cause?: unknown,
  ) {
    super(why, { cause });
  }
}

/** Returns the value if it matches the schema. Throws `SchemaMismatch`, with the schema's message if it has one. */
export function matchSchema<T>(value: unknown, schema: Schema<T>): T {
  const found = v.safeParse(schema, value, strictly);
  if (found.success) return found.output;
  const [issue] = found.issues;
  throw new SchemaMismatch(issue.message === "" ? issueText(issue) : issue.message);
}

/** Whether a value matches the schema; for schemas without transformations. */
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

/** Parses a text as JSON. Throws `SchemaMismatch`. */
export function parseJsonAs<T>(text: string, schema: Schema<T>, reviver?: (key: string, value: unknown) => unknown): T {
  let value: unknown;
  try {
    value = JSON.parse(text, reviver);
  } catch (error) {
    throw new SchemaMismatch("it is not JSON", error);
  }
  if (isTooDeep(value))
    throw new SchemaMismatch(`it nests lists and objects more than ${String(MAX_NESTING)} levels deep`);
  return matchSchema(value, schema);
}

/** Parses a text as JSON; null if it is invalid. */
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
  /** The file's name in messages. Defaults to its path. */
  readonly as?: string;
  readonly most?: number;
  readonly missing?: () => CodedError;
  /** Error thrown instead of `unlike-file`. */
  readonly unlike?: (why: string, cause: unknown) => CodedError;
}

/**
 * Reads a JSON file. Coded errors `missing-file` (or the result of `missing`), `unreadable-file`, `file-too-large`,
 * `unlike-file`.
 */
export function readJson<T>(file: string, schema: Schema<T>, options: ReadJsonOptions = {}): T {
  const { as = file, unlike = (why, cause) => new CodedError("unlike-file", { file: as, why }, { cause }) } = options;
  const text = readNamedText(file, as, options);
  try {
    return parseJsonAs(text.replace(/^\uFEFF/, ""), schema);
  } catch (error) {
    throw error instanceof SchemaMismatch ? unlike(error.why, error.cause ?? error) : error;
  }
}

/** Maximum bytes of a cache file. */
const MOST_OF_A_HINT = 64 * 2 ** 20;

/** Reads a cache file of this or another process: null if it is missing, damaged, or of another version. */
export function readJsonCacheFile<T>(file: string, schema: Schema<T>, most = MOST_OF_A_HINT): T | null {
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
/** The location, the value found, and what was expected. */
function issueText(issue: v.BaseIssue<unknown>): string {
  const issuePath = v.getDotPath(issue);
  if (issue.input === undefined) return `${issuePath ?? "it"} is missing`;
  const text = JSON.stringify(issue.input) ?? String(issue.input);
  const found = text.length > 60 ? `${text.slice(0, 60)} …` : text;
  const { expected } = issue;
  return `${issuePath ?? "it"} is ${found}${expected === null ? ", which is impossible" : `, not ${kinds[expected] ?? expected}`}`;
}
