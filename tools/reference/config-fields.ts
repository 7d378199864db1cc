/**
 * Finds which fields of config.json a family honours, by running its own code: which fields it reads, its errors where
 * one is missing or has a nonsensical value, and its default where one is absent.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { valueText } from "#kernel/host/value-text.js";
import type { Checkpoint } from "./checkpoints.js";
import { code, table } from "#kernel/display/markdown.js";

type Json = Readonly<Record<string, unknown>>;

export function configTable(checkpoints: readonly Checkpoint[]): string {
  const rows = new Map<string, readonly string[]>();
  for (const { implementation, config } of checkpoints)
    for (const key of fieldsRead((json) => implementation.config(json), config))
      if (!rows.has(key)) rows.set(key, [code(key), ...told((json) => implementation.config(json), config, key)]);
  return table(["field", "takes", "where it is absent"], [...rows.values()]);
}

function fieldsRead(read: (json: Json) => unknown, config: Json): readonly string[] {
  const seen = new Set<string>();
  const watched = new Proxy(config, {
    get(target, key) {
      if (typeof key === "string" && key !== "model_type") seen.add(key);
      return Reflect.get(target, key);
    },
  });
  read(watched);
  return [...seen];
}

/** Returns the values that a field accepts, and its default. */
function told(read: (json: Json) => unknown, config: Json, key: string): readonly [string, string] {
  const without = Object.fromEntries(Object.entries(config).filter(([name]) => name !== key));
  const absent = attempt(read, without);
  const nonsense = attempt(read, { ...config, [key]: { no: "sense" } });
  const value =
    absent.is === "read" && Object.hasOwn(absent.value as object, key) ? (absent.value as Json)[key] : undefined;
  return [takes(nonsense), absent.is === "refused" ? "an error" : value === undefined ? "–" : code(shown(value))];
}
type Attempt =
  | { readonly is: "read"; readonly value: unknown }
  | { readonly is: "refused"; readonly error: CodedError };

function attempt(read: (json: Json) => unknown, json: Json): Attempt {
  try {
    return { is: "read", value: read(json) };
  } catch (error) {
    if (error instanceof CodedError) return { is: "refused", error };
    throw error;
  }
}
function takes(attempt: Attempt): string {
  if (attempt.is === "read") return "–";
  const { code: is, data } = attempt.error as { code: string; data: object };
  if (is === "unsupported-config") return (data as { supported: readonly string[] }).supported.map(code).join(", ");
  // Fields for the storage format of weights: those of other programs count as unknown fields.
  if (is === "unknown-config") return "what `compress` wrote";
  return (data as { problem: string }).problem.replace(/^must be /, "");
}
function shown(value: unknown): string {
  return valueText(value as Parameters<typeof valueText>[0]);
}
