/**
 * The facts with which the reference's programs compile: every table has the columns that its program names, bases are
 * well-known checkpoints, and memory is sufficient. The compiler treats the programs like any others.
 */
import type {} from "#kernel/codes.js";
import { compile, type CompileResult } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import {
  Facts,
  type BaseFacts,
  type DataFacts,
  type FactOf,
  type FailedFact,
  type Need,
} from "#dsl/language/types/facts.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Registry } from "#dsl/language/types/registry.js";

export interface World {
  readonly registry: Registry;
  readonly base: (name: string) => BaseFacts | undefined;
  readonly columns: readonly string[];
}
export interface Tried extends CompileResult {
  readonly sources: readonly Source[];
  readonly errors: readonly string[];
  /** Plan of the last training. */
  readonly plan: Plan | undefined;
}

/** Compiles as a host does. */
export function tried(text: string, world: World): Tried {
  const sources = [{ id: "example", title: "example.tune", text }];
  let facts = Facts.none;
  for (;;) {
    const compiled = compile(sources, world.registry, facts, "run", emptyEnvironment);
    const missing = compiled.needs.filter((need) => facts.get(need) === undefined);
    if (missing.length === 0) {
      const errors = compiled.diagnostics.filter((d) => d.severity === "error").map((d) => d.code as string);
      const training = compiled.actions?.findLast((action) => action.verb === "train");
      return { ...compiled, sources, errors, plan: training?.plan };
    }
    facts = facts.withAll(missing.map((need) => [need, answer(need, world)]));
  }
}

function answer(need: Need, world: World): FactOf<Need["about"]> | FailedFact {
  switch (need.about) {
    case "table":
      return { columns: world.columns, sample: [] };
    case "data":
      return dataFacts(need.data);
    case "apart":
      return { leaks: [] };
    case "base":
      return (
        world.base(need.name) ?? { failed: { code: "missing-file", data: { path: need.name, folder: "", near: null } } }
      );
    case "run":
      return { failed: { code: "run-not-found", data: { path: need.path, runs: "runs", has: [], near: null } } };
    case "place":
      return { free: true };
    case "machine":
      return { memoryBytes: 1e15, cores: 8, engine: "tensorflow", took: [], product: null };
    case "engine":
      return { title: null };
    case "name":
      return need.of === "rows"
        ? { live: "table", columns: world.columns }
        : { failed: { code: "unknown-reference", data: { name: need.of, has: ["rows"] } } };
    case "file":
      return { text: "", path: need.path };
    case "schema":
      return { sound: true };
    case "files":
      return { entries: [] };
    case "journal":
      return { failed: { code: "no-such-sweep", data: { name: "sweep" in need.of ? need.of.sweep : "", has: [] } } };
  }
}

/** Facts of a thousand short rows with two labels. */
function dataFacts(data: (Need & { about: "data" })["data"]): DataFacts {
  const split = (rows: number) => {
    const lengths = { step: 8, counts: [rows / 2, rows / 2], total: rows * 8, longest: 15 };
    const targets = Object.hasOwn(data.columns, "target") ? { targets: lengths } : {};
    return { rows, labels: ["no", "yes"].map((label) => ({ label, count: rows / 2 })), lengths, ...targets };
  };
  const names = ["train", "validation", "test"];
  const asked = data.split?.word === "by_column" ? names : Object.keys(data.split?.arguments ?? {});
  const shares: Readonly<Record<string, number>> = { train: 800, validation: 100, test: 100 };
  const splits = Object.fromEntries(
    names.flatMap((name) => (asked.includes(name) ? [[name, split(shares[name]!)]] : [])),
  );
  return {
    rowsIn: 1000,
    kept: 1000,
    dropped: [],
    splits: Object.keys(splits).length > 0 ? splits : { all: split(1000) },
    labels: ["no", "yes"],
    leaks: [],
    leakCount: 0,
    hash: "data",
  };
}
