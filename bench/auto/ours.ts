/**
 * One set by Tunebook, as a process of its own; prints one JSON line. `sweep auto` has its budget; the default recipe (every
 * setting the language's own) as much time, with one seed after another, of which that with the best validation counts. Both are
 * scored once on the rows that test, beside `baseline(majority)` and `baseline(tfidf)`, which learn from the same rows.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SweepHandle } from "#kernel/core/sweep/trial.js";
import type { Shown } from "#kernel/core/display/shown.js";
import { plainHostContext } from "#kernel/core/session/host-context.js";
import { TuneSession } from "#kernel/session/tune-session.js";
import type { Evaluation } from "#kernel/session/verbs/evaluate-once.js";
import type { Interval } from "#stdlib/lib/intervals/interval.js";
import { drawn } from "../quality/dataset.js";
import { SETS, type AutoSet } from "./sets.js";

export interface Setting {
  readonly set: string;
  /** As it is written. */
  readonly budget: string;
  readonly base: string;
  readonly engine: string;
  /** Of the rows that train; absent: all. */
  readonly rows?: number;
  /** Where the rows go, for peers that read them; absent: nowhere. */
  readonly file?: string;
}
export interface Told {
  readonly name: string;
  readonly value: number;
  readonly interval: Interval | null;
  /** Of it less what `sweep auto` found. */
  readonly difference?: {
    readonly value: number;
    readonly interval: Interval | null;
    readonly verdict: "better" | "worse" | "no difference shown" | null;
  };
}
export interface Auto {
  readonly set: string;
  readonly metric: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly seconds: { readonly auto: number; readonly default: number };
  /** Trials of the sweep, seeds of the default recipe. */
  readonly trials: number;
  readonly seeds: number;
  /** What the sweep says of its best. */
  readonly validation: number | null;
  readonly tune: string | null;
  /** What was found first, then the default recipe and the baselines. */
  readonly scored: readonly Told[];
}

/** More seeds of one recipe say nothing new. */
const SEEDS = 5;
/** The default recipe as `found` beside it is called. */
const DEFAULT = "default";

class Notebook {
  readonly folder = mkdtempSync(join(tmpdir(), "tunebook-auto-"));
  readonly values = new Map<string, unknown>();
  private readonly session = new TuneSession({
    ...{ folder: this.folder, runs: join(this.folder, "runs") },
    names: {
      define: (name, value) => void this.values.set(name, value),
      remove: (name) => void this.values.delete(name),
    },
  });
  private cells = 0;

  /** What its evaluations came to, and how long it took. */
  async run(
    text: string,
    { tells = false } = {},
  ): Promise<{ readonly evaluations: readonly Evaluation[]; readonly seconds: number }> {
    const begun = performance.now();
    const before = this.session.evaluations.length;
    const id = `cell ${String(++this.cells)}`;
    const screen = { display: tells ? told : () => undefined, update: () => undefined };
    await this.session.run({ id, title: id, text }, { screen, hostContext: plainHostContext(this.folder) });
    return { evaluations: this.session.evaluations.slice(before), seconds: (performance.now() - begun) / 1000 };
  }

  async close(): Promise<void> {
    await this.session.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
function told({ bundle }: Shown): void {
  process.stderr.write(`${String(bundle["text/plain"])}\n`);
}

async function main(setting: Setting): Promise<void> {
  const set = SETS.find(({ name }) => name === setting.set);
  if (!set) throw new Error(`no set ${setting.set}; there are ${SETS.map(({ name }) => name).join(", ")}`);
  const notebook = new Notebook();
  try {
    console.log(JSON.stringify(await triedOn(notebook, set, setting)));
  } finally {
    await notebook.close();
  }
}

async function triedOn(notebook: Notebook, set: AutoSet, o: Setting): Promise<Auto> {
  const { metric, task } = set;
  const rows = await rowsOf(set, o.rows);
  const lines = `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
  for (const file of [join(notebook.folder, "rows.jsonl"), ...(o.file === undefined ? [] : [o.file])])
    writeFileSync(file, lines);
  await notebook.run(`engine { engine: ${o.engine} }
data rows { source: jsonl("rows.jsonl"), columns: { ${set.columns} }, split: by_column(part) }`);
  const auto = await notebook.run(
    `sweep auto on rows as found { task: ${task}, budget: ${o.budget}, maximize: ${metric} }`,
    { tells: true },
  );
  const { best, trials } = notebook.values.get("found") as SweepHandle;
  const usual = await byDefault(notebook, set, { ...o, seconds: auto.seconds });
  const rivals = [usual.best, "baseline(majority)", ...(set.reads.kind === "tags" ? [] : ["baseline(tfidf)"])];
  const { evaluations } = await notebook.run(
    `evaluate found.best, ${rivals.join(", ")} on rows.test { metrics: [${metric}] }`,
  );
  const count = (part: string): number => rows.filter((row) => row.part === part).length;
  return {
    ...{ set: set.name, metric, trials: trials.length, seeds: usual.seeds },
    rows: { train: count("train"), validation: count("validation"), test: count("test") },
    seconds: { auto: auto.seconds, default: usual.seconds },
    ...{ validation: best?.score ?? null, tune: best?.tune ?? null },
    scored: evaluations.map(({ model, metrics, intervals, differences }) => ({
      name: model === usual.best ? DEFAULT : model,
      ...{ value: metrics[metric] ?? Number.NaN, interval: intervals?.[metric] ?? null },
      ...(differences?.[metric] && { difference: differences[metric] }),
    })),
  };
}

/** One training, and others with the next seeds while there is time. */
async function byDefault(
  notebook: Notebook,
  { task, metric }: AutoSet,
  { base, seconds }: Setting & { readonly seconds: number },
): Promise<{ readonly best: string; readonly seeds: number; readonly seconds: number }> {
  await notebook.run(`model plain { base: ${JSON.stringify(base)}, task: ${task} }`);
  const names: string[] = [];
  let spent = 0;
  // The next takes about as long as those before it.
  while (names.length < SEEDS && (names.length === 0 || spent * (1 + 1 / names.length) <= seconds)) {
    const name = `plain_${String(names.length)}`;
    const { seconds: took } = await notebook.run(`recipe seed_${name} { seed: ${String(names.length)} }
train plain on rows with seed_${name} as ${name}`);
    names.push(name);
    spent += took;
  }
  const { evaluations } = await notebook.run(
    `evaluate ${names.join(", ")} on rows.validation { metrics: [${metric}] }`,
  );
  const [best] = evaluations.toSorted((a, b) => (b.metrics[metric] ?? -1) - (a.metrics[metric] ?? -1));
  return { best: best?.model ?? names[0] ?? "plain", seeds: names.length, seconds: spent };
}

async function rowsOf(set: AutoSet, most: number | undefined) {
  const rows = await set.rows();
  if (most === undefined) return rows;
  // So many that train, and of the others as large a part.
  const share = most / Math.max(1, rows.filter(({ part }) => part === "train").length);
  const order = rows.map((row) => ({ row, at: drawnOf(row) }));
  return order.filter(({ at }) => at < share).map(({ row }) => row);
}
const drawnOf = (row: object): number => drawn(`rows ${JSON.stringify(row)}`);

await main(JSON.parse(process.argv[2] ?? "{}") as Setting);
