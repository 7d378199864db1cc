/**
 * Runs one order and seed in a separate process. It trains the first set; `update` then learns the other two with every
 * strategy from the same weights. Prints one JSON line per strategy. A model is scored on the test rows of all three
 * sets. One score is among all labels, as its users meet them; the other is among the set's labels alone, as where a
 * text's task is known.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import type { ModelHandle, Prediction } from "#kernel/models/model-handle.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { SETS, type Labelled } from "../judging/sets.js";
import { some } from "../quality/dataset.js";

export interface Sequence {
  /** Names of the data sets in training order. */
  readonly order: readonly string[];
  readonly seed: number;
  /** Strategies as Tune source text. */
  readonly strategies: readonly string[];
  /** Maximum number of training and test rows per set. */
  readonly rows: { readonly train: number; readonly test: number };
  /** Keys of the recipe other than its seed. */
  readonly recipe: string;
  readonly base: string;
  readonly engine: string;
}
/** Accuracy: `[i][j]` is that on set j after set i was trained. */
export type Matrix = readonly (readonly number[])[];
export interface Learnt {
  readonly order: readonly string[];
  readonly seed: number;
  readonly strategy: string;
  /** `all`: predictions among all labels of the head; `own`: among the labels of the row's set. */
  readonly among: { readonly all: Matrix; readonly own: Matrix };
  /** Duration of the two updates, including data that strategies read, without the scoring above. */
  readonly seconds: number;
}
interface Tested {
  readonly rows: readonly Labelled[];
  readonly labels: ReadonlySet<string>;
}

class Notebook {
  readonly folder = mkdtempSync(join(tmpdir(), "tunebook-orders-"));
  readonly values = new Map<string, unknown>();
  private cells = 0;
  private readonly session = new TuneSession({
    folder: this.folder,
    runs: join(this.folder, "runs"),
    names: {
      define: (name, value) => void this.values.set(name, value),
      remove: (name) => void this.values.delete(name),
    },
  });

  async run(text: string): Promise<number> {
    const begun = performance.now();
    const id = `cell ${String(++this.cells)}`;
    const screen = { display: () => undefined, update: () => undefined };
    await this.session.run({ id, title: id, text }, { screen, hostContext: plainHostContext(this.folder) });
    return (performance.now() - begun) / 1000;
  }

  model(name: string): ModelHandle {
    return mustExist(this.values.get(name), `model ${name}`) as ModelHandle;
  }

  async close(): Promise<void> {
    await this.session.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function main(o: Sequence): Promise<void> {
  const notebook = new Notebook();
  try {
    await notebook.run(`engine { engine: ${o.engine} }`);
    const tested = [];
    for (const name of o.order) tested.push(await prepared(notebook, name, o));
    const [first = "", ...later] = o.order;
    await notebook.run(`model learner { base: ${JSON.stringify(o.base)}, task: text_classification, technique: lora, max_length: 64 }
recipe plain { ${o.recipe}, seed: ${String(o.seed)} }
train learner on ${first} with plain`);
    const begins = await scored(notebook.model("learner"), tested, 1);
    for (const [i, strategy] of o.strategies.entries()) {
      const name = `learnt${String(i)}`;
      const seconds = await notebook.run(
        `update learner on ${later.join(", ")} with plain as ${name} { strategy: ${strategy} }`,
      );
      const after = [];
      for (let stage = 1; stage <= later.length; stage++) {
        const model = notebook.model(stage === later.length ? name : `${name}_${String(stage)}`);
        after.push(await scored(model, tested, stage + 1));
      }
      const all = [begins, ...after];
      const among = { all: all.map((one) => one.all), own: all.map((one) => one.own) };
      console.log(JSON.stringify({ order: o.order, seed: o.seed, strategy, among, seconds } satisfies Learnt));
    }
  } finally {
    await notebook.close();
  }
}

async function prepared(notebook: Notebook, name: string, { rows: most }: Sequence): Promise<Tested> {
  const set = mustExist(
    SETS.find((one) => one.name === name),
    `set ${name}`,
  );
  const all = await set.rows();
  const [train = [], test = []] = (["train", "test"] as const).map((part) =>
    some(
      all.filter((row) => row.part === part),
      most[part],
      ({ text }) => text,
    ),
  );
  writeFileSync(
    join(notebook.folder, `${name}.jsonl`),
    [...train, ...test].map((row) => JSON.stringify(row)).join("\n"),
  );
  await notebook.run(
    `data ${name} { source: jsonl("${name}.jsonl"), columns: { text: text, label: label }, split: by_column(part) }`,
  );
  return { rows: test, labels: new Set(all.map(({ label }) => label)) };
}

/** Scores the model on the sets trained so far; sets not trained yet score 0. */
async function scored(
  model: ModelHandle,
  tested: readonly Tested[],
  learnt: number,
): Promise<{ readonly all: readonly number[]; readonly own: readonly number[] }> {
  const all: number[] = [];
  const own: number[] = [];
  for (const [i, { rows, labels }] of tested.entries()) {
    if (i >= learnt) {
      all.push(0);
      own.push(0);
      continue;
    }
    const said = await model.predict<Prediction>(rows.map(({ text }) => text));
    const right = (of: (one: Prediction) => string): number =>
      said.filter((one, r) => of(one) === rows[r]?.label).length / rows.length;
    all.push(right(({ label }) => label));
    own.push(right(({ probabilities }) => likeliest(probabilities, labels)));
  }
  return { all, own };
}

function likeliest(probabilities: Prediction["probabilities"], among: ReadonlySet<string>): string {
  const of = Object.entries(probabilities).filter(([label]) => among.has(label));
  return of.reduce((best, one) => (one[1] > best[1] ? one : best), ["", -1] as (typeof of)[number])[0];
}

await main(JSON.parse(mustExist(process.argv[2], "a sequence")) as Sequence);
