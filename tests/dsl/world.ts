/**
 * Facts for compiler tests: a CSV with some columns, a small BERT, a machine. All are plain data, so language tests
 * need no files.
 */
import { compile, type CompileResult } from "#dsl/compiler/program/compile.js";
import { EarlierCellsCache } from "#dsl/compiler/statement/earlier-cells.js";
import { emptyEnvironment, type CompilerEnvironment } from "#dsl/compiler/plan/known-names.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import {
  Facts,
  type BaseFacts,
  type RunFacts,
  type DataFacts,
  type EngineFacts,
  type FactOf,
  type FailedFact,
  type Need,
  type TableFacts,
} from "#dsl/language/types/facts.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";

export const columns = ["text", "label", "part", "body", "team", "customer", "t", "l", "a", "b"];

const shapes: Record<string, readonly number[]> = { "embeddings.word_embeddings.weight": [30522, 384] };
for (let layer = 0; layer < 6; layer++) {
  for (const name of ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"])
    shapes[`encoder.layer.${layer}.${name}.weight`] = [384, 384];
  shapes[`encoder.layer.${layer}.intermediate.dense.weight`] = [1536, 384];
  shapes[`encoder.layer.${layer}.output.dense.weight`] = [384, 1536];
}
export const base: BaseFacts = {
  folder: "/models/minilm",
  hash: "base-hash",
  family: "bert",
  config: { hidden_size: 384, num_hidden_layers: 6, num_attention_heads: 12, intermediate_size: 1536 },
  parameters: 22_713_216,
  shapes,
  hasTokenizer: true,
  positions: 512,
};
export function dataFacts(more: Partial<DataFacts> = {}): DataFacts {
  const split = (rows: number) => ({
    rows,
    labels: ["no", "yes"].map((label) => ({ label, count: rows / 2 })),
    lengths: { step: 8, counts: [rows / 2, rows / 2], total: rows * 8, longest: 15 },
  });
  return {
    rowsIn: 1000,
    kept: 1000,
    dropped: [],
    splits: { train: split(800), validation: split(100), test: split(100) },
    labels: ["no", "yes"],
    leaks: [],
    leakCount: 0,
    hash: "data-hash",
    ...more,
  };
}

/** The base that `SmolLM2` refers to. */
export const decoder: BaseFacts = { ...base, hash: "decoder-hash", family: "llama" };
/** An earlier run: LoRA over the base. */
export const run: RunFacts = {
  folder: "/runs/last_week-20261126-093000-1a2b3c",
  recipeHash: "recipe-of-last-week",
  model: {
    ...{ name: "router", base: "all-MiniLM-L6-v2", folder: "/notebooks", baseHash: base.hash, max_length: 128 },
    task: { word: "text_classification", kind: "task", arguments: {} },
    technique: { word: "lora", kind: "technique", arguments: { rank: 8 } },
  },
};

export interface World {
  /** The vocabulary; defaults to the package's. */
  readonly registry?: Registry;
  readonly data?: (need: Need & { about: "data" }) => DataFacts | FailedFact;
  readonly table?: readonly string[] | TableFacts | FailedFact;
  readonly base?: BaseFacts | FailedFact | ((name: string) => BaseFacts);
  readonly run?: RunFacts | FailedFact;
  readonly engine?: EngineFacts | FailedFact;
  readonly place?: FailedFact;
  readonly schema?: FailedFact;
  readonly journal?: FactOf<"journal">;
  /** Comparison of the data of several clients; defaults to no findings. */
  readonly apart?: FactOf<"apart">;
  readonly memory?: number;
  /** FLOP/s of an earlier training on this machine; if unset, nothing was measured. */
  readonly speed?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly live?: Readonly<Record<string, FactOf<"name">>>;
}
export function answer(need: Need, world: World): FactOf<Need["about"]> | FailedFact {
  switch (need.about) {
    case "table":
      return world.table && ("failed" in world.table || "columns" in world.table)
        ? world.table
        : { columns: world.table ?? columns, sample: [] };
    case "data": {
      if (world.data) return world.data(need);
      const { splits, ...rest } = dataFacts();
      const split = need.data.split && registry.find("split", need.data.split.word);
      const told = need.data.split && split?.capabilities?.splitNames?.(need.data.split);
      if (told)
        return { ...rest, splits: Object.fromEntries(told.map((name) => [name, splits[name] ?? splits["test"]!])) };
      const asked =
        need.data.split?.word === "by_column"
          ? ["train", "validation", "test"]
          : need.data.split
            ? Object.entries(need.data.split.arguments).flatMap(([k, v]) =>
                typeof v === "number" || v === "rest" || (v !== null && typeof v === "object") ? [k] : [],
              )
            : [];
      const named = Object.entries(splits).filter(([name]) => asked.includes(name));
      return { ...rest, splits: need.data.split ? Object.fromEntries(named) : { all: splits["train"]! } };
    }
    case "apart":
      return world.apart ?? { leaks: [] };
    case "base":
      return (
        (typeof world.base === "function" ? world.base(need.name) : world.base) ??
        (need.name.startsWith("SmolLM2") ? decoder : base)
      );
    case "run":
      return world.run ?? run;
    case "place":
      return world.place ?? { free: true };
    case "machine":
      return {
        ...{ memoryBytes: world.memory ?? 16e9, cores: 2, engine: "tensorflow", product: null },
        took: world.speed === undefined ? [] : [{ flops: world.speed, steps: 1, seconds: 1 }],
      };
    case "engine":
      return world.engine ?? { title: "TensorFlow (CPU)" };
    case "name":
      return world.live?.[need.of] ?? { failed: { code: "unknown-reference", data: { name: need.of, has: [] } } };
    case "schema":
      return world.schema ?? { sound: true };
    case "files":
      return { entries: [] };
    case "journal":
      return (
        world.journal ?? {
          failed: { code: "no-such-sweep", data: { name: "sweep" in need.of ? need.of.sweep : "", has: [] } },
        }
      );
    case "file": {
      const text = world.files?.[need.path];
      return text === undefined
        ? { failed: { code: "missing-file", data: { path: need.path, folder: need.folder, near: null } } }
        : { text, path: `/used/${need.path}` };
    }
  }
}

export interface Run extends CompileResult {
  readonly sources: readonly Source[];
  readonly facts: Facts;
  readonly codes: readonly string[];
}
/** Compiles cells as a host does: answers needs until none is left. */
export function compiled(
  cells: string | readonly string[],
  o: World & { readonly purpose?: "assist" | "run"; readonly outside?: Partial<CompilerEnvironment> } = {},
): Run {
  const texts = typeof cells === "string" ? [cells] : cells;
  const sources = texts.map((text, i) => ({ id: `cell-${i + 1}`, title: `cell ${i + 1}`, text }));
  let facts = Facts.none;
  const kept = new EarlierCellsCache();
  for (let round = 0; round < 20; round++) {
    const outside = { ...emptyEnvironment, ...o.outside };
    const result = compile(sources, o.registry ?? registry, facts, o.purpose ?? "run", outside, kept);
    if (result.needs.length === 0) return { ...result, sources, facts, codes: result.diagnostics.map((d) => d.code) };
    facts = facts.withAll(result.needs.map((need) => [need, answer(need, o)]));
  }
  throw new Error("the compiler asks the same again and again");
}

/** Splits a text with marks `‹…›` for expected diagnostics into the text without marks and the spans in order. */
export function marked(text: string): {
  readonly text: string;
  readonly places: readonly { readonly start: number; readonly end: number }[];
} {
  const places: { start: number; end: number }[] = [];
  let clean = "";
  for (const character of text) {
    if (character === "‹") places.push({ start: clean.length, end: -1 });
    else if (character === "›") places.findLast((p) => p.end < 0)!.end = clean.length;
    else clean += character;
  }
  return { text: clean, places };
}
export const definitions = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }
model m { base: "minilm", task: text_classification }
`;
