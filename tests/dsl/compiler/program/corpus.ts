/**
 * The corpus of invalid programs: one file for each code in `tests/corpus/bad/` (format: cases.ts). A program's first
 * line `// world: { … }` (JSON) overrides parts of the world: `memory`, `speed`, `columns`, `sample`, `files`, `live`,
 * `typescript`, `parameters`, `trained`, `before` (cells that ran), `data`, `base` and `run` (facts that differ from
 * those of tests/dsl/world.ts), `datas` (overrides of single data sets, by name), `apart` (comparisons between the data
 * of several clients), `fails` (code and data of the failure of reading a table, data, a base or a run, starting an
 * engine, or checking a location).
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CompilerEnvironment } from "#dsl/compiler/plan/known-names.js";
import type { BaseFacts, DataFacts, FailedFact, RunFacts } from "#dsl/language/types/facts.js";
import { casesIn, type Case } from "./cases.js";
import { base, compiled, dataFacts, run, type Run, type World } from "../../world.js";

export const folder = fileURLToPath(new URL("../../../../../tests/corpus/bad/", import.meta.url));

interface Special extends Pick<World, "memory" | "speed" | "files" | "live" | "apart">, Partial<CompilerEnvironment> {
  readonly columns?: readonly string[];
  /** The first rows of the tables. */
  readonly sample?: readonly Readonly<Record<string, unknown>>[];
  readonly before?: readonly string[];
  readonly data?: Partial<DataFacts>;
  readonly datas?: Readonly<Record<string, Partial<DataFacts>>>;
  readonly base?: Partial<BaseFacts>;
  readonly run?: Partial<RunFacts>;
  readonly fails?: Readonly<
    Partial<Record<"table" | "data" | "base" | "run" | "engine" | "place", FailedFact["failed"]>>
  >;
}

export interface BadProgram extends Case {
  readonly run: Run;
}

/** Returns all programs by name, with their committed diagnostics. */
export function badTexts(): readonly Case[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .flatMap((file) => casesIn(readFileSync(`${folder}${file}`, "utf8")))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
export function badPrograms(): readonly BadProgram[] {
  return badTexts().map((one) => ({ ...one, run: judged(one.text) }));
}

/** Compiles the program in its world. */
export function judged(text: string): Run {
  const told = /^\/\/ world: (\{.*\})$/m.exec(text.split("\n")[0] ?? "")?.[1];
  const special = (told === undefined ? {} : JSON.parse(told)) as Special;
  const {
    typescript,
    parameters,
    trained,
    before = [],
    columns,
    sample,
    data,
    datas,
    base: other,
    run: past,
    fails,
    ...world
  } = special;
  return compiled([...before, text], {
    ...world,
    ...(columns ? { table: sample ? { columns, sample } : columns } : {}),
    ...(data || datas ? { data: (need) => dataFacts({ ...data, ...datas?.[need.data.name] }) } : {}),
    ...(other ? { base: { ...base, ...other } } : {}),
    ...(past ? { run: { ...run, ...past } } : {}),
    ...(fails?.table ? { table: { failed: fails.table } } : {}),
    ...(fails?.data ? { data: () => ({ failed: fails.data }) as FailedFact } : {}),
    ...(fails?.base ? { base: { failed: fails.base } } : {}),
    ...(fails?.engine ? { engine: { failed: fails.engine } } : {}),
    ...(fails?.place ? { place: { failed: fails.place } } : {}),
    ...(fails?.run ? { run: { failed: fails.run } } : {}),
    outside: {
      ...(typescript ? { typescript } : {}),
      ...(parameters ? { parameters } : {}),
      ...(trained ? { trained } : {}),
    },
  });
}
