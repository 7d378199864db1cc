/**
 * One set by Tunebook, as a process of its own; prints one JSON line. `sweep auto` has its budget; the default recipe (every
 * setting the language's own) as much time, with one seed after another, of which that with the best validation counts, and the
 * first seed by itself. All are scored once on the rows that test, beside `baseline(majority)` and `baseline(tfidf)`, which learn
 * from the same rows. Where nothing fits into the budget, what `sweep auto` found is the best of its baselines.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SweepHandle } from "#kernel/study/trial.js";
import type { DifferenceVerdict } from "#kernel/inference/measuring/comparison.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import type { Evaluation } from "#kernel/inference/evaluations/evaluation.js";
import type { Interval } from "#stdlib/statistics/interval.js";
import { drawn } from "../quality/dataset.js";
import { DEFAULT, FOUND, ONCE, WORDS } from "./names.js";
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
    readonly verdict: DifferenceVerdict | null;
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
  /** `found.best`, or the baseline that is the best where no trial came to a score. */
  readonly found: string;
  /** What the sweep says of its best. */
  readonly validation: number | null;
  readonly tune: string | null;
  /** What was found first, then the default recipe, as the best of its seeds and trained once, and the baselines. */
  readonly scored: readonly Told[];
}

/** More seeds of one recipe say nothing new. */
const SEEDS = 5;

class Notebook {
  readonly folder = mkdtempSync(join(tmpdir(), "tunebook-auto-"));
  readonly values = new Map<string, unknown>();
  private readonly session = new TuneSession({
    folder: this.folder,
    runs: join(this.folder, "runs"),
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
function told({ bundle }: DisplayOutput): void {
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
  const baselines = ["baseline(majority)", ...(set.reads.kind === "tags" ? [] : [WORDS])];
  const found = best ? FOUND : await bestIn(notebook, set, usual.first, [...baselines, ...frozenOf(set, usual.first)]);
  const rivals: readonly (readonly [name: string, model: string])[] = [
    [DEFAULT, usual.best],
    [ONCE, usual.first],
    ...baselines.map((name) => [name, name] as const),
  ];
  const asked = [...new Set([...(best ? [FOUND] : []), ...rivals.map(([, model]) => model), found])];
  const { evaluations } = await notebook.run(`evaluate ${asked.join(", ")} on rows.test { metrics: [${metric}] }`);
  const toldOf = (name: string, model: string): Told => {
    const one = evaluations.find((evaluation) => evaluation.model === model);
    if (!one) throw new Error(`${model} was not scored`);
    const { metrics, intervals, differences } = one;
    return {
      name,
      value: metrics[metric] ?? Number.NaN,
      interval: intervals?.[metric] ?? null,
      ...(best && differences?.[metric] && { difference: differences[metric] }),
    };
  };
  const own = toldOf(FOUND, found);
  const beside = rivals.map(([name, model]) => toldOf(name, model));
  const scored = best ? beside : await besideBaseline(notebook, { metric, found, own }, rivals, beside);
  const count = (part: string): number => rows.filter((row) => row.part === part).length;
  return {
    set: set.name,
    metric,
    trials: trials.length,
    seeds: usual.seeds,
    rows: { train: count("train"), validation: count("validation"), test: count("test") },
    seconds: { auto: auto.seconds, default: usual.seconds },
    found,
    validation: best?.score ?? null,
    tune: best?.tune ?? null,
    scored: [own, ...scored],
  };
}
/**
 * Differences from a baseline that was found: a cell has them of whatever stands beside a model, so that those of the default
 * recipe are asked for with it in front, and turned; of two baselines there is the number alone.
 */
async function besideBaseline(
  notebook: Notebook,
  { metric, found, own }: { readonly metric: string; readonly found: string; readonly own: Told },
  rivals: readonly (readonly [name: string, model: string])[],
  told: readonly Told[],
): Promise<readonly Told[]> {
  const all: Told[] = [];
  for (const [i, one] of told.entries()) {
    const [name = "", model = ""] = rivals[i] ?? [];
    const value = one.value - own.value;
    const trained = name === DEFAULT || name === ONCE;
    const { evaluations } = trained
      ? await notebook.run(`evaluate ${model}, ${found} on rows.test { metrics: [${metric}] }`)
      : { evaluations: [] };
    const turned = evaluations.find((evaluation) => evaluation.model === found)?.differences?.[metric];
    all.push({
      ...one,
      difference: turned
        ? {
            value,
            interval: turned.interval && { low: -turned.interval.high, high: -turned.interval.low },
            verdict: turned.verdict && TURNED[turned.verdict],
          }
        : { value, interval: null, verdict: null },
    });
  }
  return all;
}
const TURNED: Readonly<Record<DifferenceVerdict, DifferenceVerdict>> = {
  better: "worse",
  worse: "better",
  differs: "differs",
  "no difference shown": "no difference shown",
};

/** The base as it is, with a linear model on it; of tags there is none. */
const frozenOf = ({ reads }: AutoSet, model: string): readonly string[] =>
  reads.kind === "tags" ? [] : [`${model}.base`];

/** Which of them does best on the rows that validate, as `sweep auto` says it; they are asked beside a model. */
async function bestIn(
  notebook: Notebook,
  { metric }: AutoSet,
  beside: string,
  names: readonly string[],
): Promise<string> {
  const asked = [beside, ...names].join(", ");
  const { evaluations } = await notebook.run(`evaluate ${asked} on rows.validation { metrics: [${metric}] }`);
  const [best] = evaluations
    .filter(({ model }) => model !== beside)
    .toSorted((a, b) => (b.metrics[metric] ?? -1) - (a.metrics[metric] ?? -1));
  if (!best) throw new Error("no baseline was scored");
  return best.model;
}

/** One training, and others with the next seeds while there is time. */
async function byDefault(
  notebook: Notebook,
  { task, metric }: AutoSet,
  { base, seconds }: Setting & { readonly seconds: number },
): Promise<{ readonly best: string; readonly first: string; readonly seeds: number; readonly seconds: number }> {
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
  const first = names[0] ?? "plain";
  return { best: best?.model ?? first, first, seeds: names.length, seconds: spent };
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
