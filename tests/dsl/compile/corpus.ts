/**
 * The corpus of bad programs: `tests/corpus/bad/NAME.tune`, each with what it says in every rendering in `NAME.txt`. A first
 * line `// world: { … }` (JSON) tells what is special about the world: `memory`, `speed`, `columns`, `sample`, `files`, `live`, `typescript`,
 * `parameters`, `trained`, `before` (cells that ran), `data`, `base` and `run` (facts that differ from those of tests/dsl/world.ts),
 * `datas` (the same of single data, by their names), `apart` (what data of several clients say of each other),
 * `fails` (what went wrong where a table, data, a base or a run were read, an engine was started, or a place was looked at: its code and data).
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderAnsi } from "#dsl/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/diagnostics/render-html.js";
import { toJson } from "#dsl/diagnostics/render-json.js";
import type { Outside } from "#dsl/plan/outside.js";
import type { BaseFacts, DataFacts, Failed, RunFacts } from "#dsl/types/facts.js";
import "#kernel/core/session/load-codes.js";
import "#kernel/core/data/codes.js";
import "#kernel/deploying/codes.js";
import "#kernel/engine/codes.js";
import "#stdlib/lib/sources/codes.js";
import { base, compiled, dataFacts, run, type Run, type World } from "../world.js";

export const folder = fileURLToPath(new URL("../../../../tests/corpus/bad/", import.meta.url));

interface Special extends Pick<World, "memory" | "speed" | "files" | "live" | "apart">, Partial<Outside> {
  readonly columns?: readonly string[];
  /** The first rows of its tables. */
  readonly sample?: readonly Readonly<Record<string, unknown>>[];
  readonly before?: readonly string[];
  readonly data?: Partial<DataFacts>;
  readonly datas?: Readonly<Record<string, Partial<DataFacts>>>;
  readonly base?: Partial<BaseFacts>;
  readonly run?: Partial<RunFacts>;
  readonly fails?: Readonly<Partial<Record<"table" | "data" | "base" | "run" | "engine" | "place", Failed["failed"]>>>;
}

export interface BadProgram {
  readonly name: string;
  readonly text: string;
  readonly run: Run;
}

export function badTexts(): readonly Omit<BadProgram, "run">[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".tune"))
    .sort()
    .map((file) => ({ name: file.slice(0, -".tune".length), text: readFileSync(`${folder}${file}`, "utf8") }));
}
export function badPrograms(): readonly BadProgram[] {
  return badTexts().map((one) => ({ ...one, run: judged(one.text) }));
}

/** The program compiled beside its world. */
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
    ...(fails?.data ? { data: () => ({ failed: fails.data }) as Failed } : {}),
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

/** What a bad program says: as text, as HTML, as JSON. */
export function rendered({ run: { diagnostics, sources } }: BadProgram): string {
  return [
    renderAnsi(diagnostics, sources, { color: false }),
    renderHtml(diagnostics, sources).replace(/<div class="tune-diagnostic"/g, "\n$&"),
    JSON.stringify(toJson(diagnostics, sources), null, 1),
    "",
  ].join("\n\n────\n\n");
}
