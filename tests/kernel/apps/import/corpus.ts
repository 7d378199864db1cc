/**
 * Examples of other tools, rewritten: each has the settings, but not the text, of one or several examples that the
 * tool's authors publish. It names them and the expected outcome. The fate of each setting is tested by changing its
 * value.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { parse } from "yaml";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { importSettings, parseSettings, interpretSettings } from "#kernel/apps/import/import.js";
import { leafPathsOf, UnreadExpression } from "#kernel/apps/import/settings.js";

const folder = fileURLToPath(new URL("../../../../../tests/fixtures/import/corpus/", import.meta.url));
const texts = v.array(v.string());
const schema = v.strictObject({
  /** Paths of the public examples that it represents. */
  for: texts,
  whole: v.optional(v.literal(true)),
  named: v.optional(texts),
  refused: v.optional(texts),
  settings: v.optional(v.record(v.string(), v.unknown())),
  program: v.optional(v.string()),
  chats: v.optional(v.string()),
  /** Code cells of a notebook. */
  cells: v.optional(texts),
});
export interface Example extends v.InferOutput<typeof schema> {
  /** Name of the corpus file, such as `axolotl`. */
  readonly of: string;
}
export type Outcome =
  | { readonly is: "whole"; readonly program: string }
  | { readonly is: "named"; readonly named: readonly string[]; readonly program: string }
  | { readonly is: "refused"; readonly refused: readonly string[] };

export const examples: readonly Example[] = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .sort()
  .flatMap((file) => {
    const list = v.parse(v.array(schema), parse(readFileSync(folder + file, "utf8")));
    return list.map((one) => ({ ...one, of: file.replace(/\.yaml$/, "") }));
  });

/** Wraps any file as an example without an expected outcome. */
export function exampleOf(text: string, file: string): Example {
  const about = { for: [file], of: "files" };
  if (file.endsWith(".py")) return { ...about, program: text };
  if (file.endsWith(".jsonl")) return { ...about, chats: text };
  if (!file.endsWith(".ipynb")) return { ...about, settings: { ...parseSettings(text, file) } };
  const { cells } = v.parse(v.object({ cells: v.array(cell) }), JSON.parse(text));
  return {
    ...about,
    cells: cells.flatMap(({ cell_type: kind, source }) => (kind === "code" ? [[source].flat().join("")] : [])),
  };
}
const cell = v.object({ cell_type: v.string(), source: v.union([v.string(), texts]) });

const nameOf = (one: Example): string =>
  one.program !== undefined
    ? "program.py"
    : one.cells
      ? "cells.ipynb"
      : one.chats !== undefined
        ? "chats.jsonl"
        : "settings.yaml";
const textOf = (one: Example): string =>
  one.program ??
  one.chats ??
  (one.cells ? JSON.stringify({ cells: one.cells.map((source) => ({ cell_type: "code", source })) }) : undefined) ??
  JSON.stringify(one.settings ?? {});

export const fileOf = (one: Example): { readonly text: string; readonly name: string } => ({
  text: textOf(one),
  name: nameOf(one),
});

export function outcomeOf(one: Example): Outcome {
  try {
    const { left, program } = importSettings(textOf(one), nameOf(one));
    const named = [...new Set(left.map(({ setting }) => setting))];
    return named.length === 0 ? { is: "whole", program } : { is: "named", named, program };
  } catch (error) {
    if (error instanceof CodedError && error.code === "import-refused")
      return { is: "refused", refused: settingsOf(error.data) };
    throw error;
  }
}
function settingsOf(data: object): readonly string[] {
  const { refusals } = v.parse(v.object({ refusals: v.array(v.object({ setting: v.string() })) }), data);
  return [...new Set(refusals.map(({ setting }) => setting))];
}

/**
 * Returns settings whose change has no effect although they count as carried over, settings whose change has an effect
 * although they count as idle, and settings that are not accounted for. An empty result means that nothing is lost
 * silently.
 */
export function silentIn(one: Example): readonly string[] {
  const settings = parseSettings(textOf(one), nameOf(one));
  const before = seen(settings, nameOf(one));
  if (before.fates === undefined) return [];
  const { fates } = before;
  return leafPathsOf(settings).flatMap((leaf): readonly string[] => {
    const fate = fates.get(leaf);
    if (fate === undefined) return [`${leaf}: unaccounted for`];
    const changed = othersOf(valueAt(settings, leaf)).some(
      (other) => seen(withAt(settings, leaf, other), nameOf(one)).told !== before.told,
    );
    if (fate === "carried" && !changed) return [`${leaf}: carried, but no change of it is seen`];
    if (fate === "idle" && changed) return [`${leaf}: idle, but a change of it is seen`];
    return [];
  });
}

/** Returns everything that an import reports, as one text; a rejected import has no `fates`. */
function seen(settings: Readonly<Record<string, unknown>>, name: string) {
  try {
    const { read, left, fates } = interpretSettings(settings, name);
    return { told: JSON.stringify([read, left]), fates };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { told: error.message };
  }
}

/** Returns other values of the same type. */
function othersOf(value: unknown): readonly unknown[] {
  if (typeof value === "number") return [value * 2 + 3, value / 2 + 0.01];
  if (typeof value === "boolean") return [!value];
  if (typeof value === "string")
    return [`${value}x`, "none", "100", "true", "false"].filter((other) => other !== value);
  if (Array.isArray(value)) return [[...value, value[0]], value.slice(1), value.map((one) => othersOf(one)[0])];
  return [];
}

const stepsOf = (path: string): readonly string[] => path.split(/\.(?![^[]*\])|\[|\]/).filter((step) => step !== "");

function valueAt(value: unknown, path: string): unknown {
  return partsOf(value, path).at(-1);
}
/** Returns the value and the nested values along the path. Keys may contain dots: the longest existing key is used. */
function partsOf(value: unknown, path: string): readonly unknown[] {
  return keysOf(value, path).reduce<readonly unknown[]>((parts, key) => [...parts, at(parts.at(-1), key)], [value]);
}
function keysOf(value: unknown, path: string): readonly string[] {
  const keys: string[] = [];
  let [within, steps] = [value, stepsOf(path)];
  while (steps.length > 0) {
    let taken = steps.length;
    while (taken > 1 && at(within, steps.slice(0, taken).join(".")) === undefined) taken--;
    const key = steps.slice(0, taken).join(".");
    keys.push(key);
    within = at(within, key);
    steps = steps.slice(taken);
  }
  return keys;
}
function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
function withAt(
  settings: Readonly<Record<string, unknown>>,
  path: string,
  other: unknown,
): Readonly<Record<string, unknown>> {
  const changed = copyOf(settings) as Record<string, unknown>;
  const keys = keysOf(changed, path);
  const last = keys.at(-1) ?? "";
  const holder = keys.slice(0, -1).reduce<unknown>(at, changed);
  if (typeof holder === "object" && holder !== null) (holder as Record<string, unknown>)[last] = other;
  return changed;
}
function copyOf(value: unknown): unknown {
  if (value instanceof UnreadExpression || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one)]));
}
