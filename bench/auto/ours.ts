/**
 * Runs one data set with Tunebook in a separate process and prints one JSON line. `sweep auto` runs within its budget.
 * The default recipe (all settings at their defaults) gets as much time: one seed after another, and the one with the
 * best validation score counts. The first seed is reported as well. All are scored once on the test rows, together with
 * `baseline(majority)` and `baseline(tfidf)`, which learn from the same rows. Where no training fits into the budget,
 * the result of `sweep auto` is the best of its baselines.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import type { DifferenceVerdict } from "#kernel/inference/measuring/comparison.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import type { Evaluation } from "#kernel/inference/evaluations/evaluation.js";
import type { ConfidenceInterval } from "#stdlib/statistics/interval.js";
import { drawn } from "../quality/dataset.js";
import { DEFAULT, FOUND, ONCE, WORDS, SETS, type AutoSet } from "./sets.js";

export interface Setting {
  readonly set: string;
  /** The budget as Tune source text. */
  readonly budget: string;
  readonly base: string;
  readonly engine: string;
  /** Maximum number of training rows. Defaults to all. */
  readonly rows?: number;
  /** File that the rows are written to for peers. If unset, none is written. */
  readonly file?: string;
}
export interface Told {
  readonly name: string;
  readonly value: number;
  readonly interval: ConfidenceInterval | null;
  /** This score minus that of the sweep's best. */
  readonly difference?: {
    readonly value: number;
    readonly interval: ConfidenceInterval | null;
    readonly verdict: DifferenceVerdict | null;
  };
}
export interface Auto {
  readonly set: string;
  readonly metric: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly seconds: { readonly auto: number; readonly default: number };
  /** Number of trials of the sweep, or of seeds of the default recipe. */
  readonly trials: number;
  readonly seeds: number;
  /** `found.best`, or the best baseline where no trial got a score. */
  readonly found: string;
  /** Validation score that the sweep reports for its best. */
  readonly validation: number | null;
  readonly tune: string | null;
  /** The sweep's best first, then the default recipe (best seed, then first seed), then the baselines. */
  readonly scored: readonly Told[];
}

/** Further seeds of one recipe add no information. */
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

  /** Runs a cell and returns its evaluations and its duration. */
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
  const { best, trials } = notebook.values.get("found") as SweepInTypeScript;
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
 * Returns the differences between each rival and the winning baseline. An evaluation reports differences relative to
 * its first model, so the default recipe is evaluated first and the sign is reversed. For a pair of baselines only the
 * value is known.
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

/** The frozen base with a linear model on top; not available for tagging tasks. */
const frozenOf = ({ reads }: AutoSet, model: string): readonly string[] =>
  reads.kind === "tags" ? [] : [`${model}.base`];

/**
 * Returns the baseline with the best validation score, as `sweep auto` would choose it. Baselines are evaluated
 * together with a model.
 */
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

/** Trains once, then with further seeds while time remains. */
async function byDefault(
  notebook: Notebook,
  { task, metric }: AutoSet,
  { base, seconds }: Setting & { readonly seconds: number },
): Promise<{ readonly best: string; readonly first: string; readonly seeds: number; readonly seconds: number }> {
  await notebook.run(`model plain { base: ${JSON.stringify(base)}, task: ${task} }`);
  const names: string[] = [];
  let spent = 0;
  // Assumes that the next training takes as long as the mean of the previous ones.
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
  // Samples `most` training rows, and the same share of the other splits.
  const share = most / Math.max(1, rows.filter(({ part }) => part === "train").length);
  const order = rows.map((row) => ({ row, at: drawnOf(row) }));
  return order.filter(({ at }) => at < share).map(({ row }) => row);
}
const drawnOf = (row: object): number => drawn(`rows ${JSON.stringify(row)}`);

await main(JSON.parse(process.argv[2] ?? "{}") as Setting);
