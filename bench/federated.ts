/**
 * `tunebook bench federated`: distributes the quickstart's data over ten clients with skewed labels and trains in
 * rounds with each aggregator, compared with one training on all rows. Reports accuracy on the test rows over seeds
 * (clients, order and head differ), and the difference paired by seed, with 95 % intervals.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { processor } from "./finetune/report.js";
import { meanOf, type Mean } from "./orders/figures.js";
import { table } from "./table.js";

interface Options {
  readonly clients: string;
  readonly rounds: number;
  readonly seeds: string;
  readonly aggregates: string;
  readonly recipe: string;
  readonly central: string;
}
interface Learnt {
  readonly accuracy: number;
  readonly seconds: number;
}
const CENTRAL = "all rows at hand";
const data = fileURLToPath(new URL("../../notebooks/data/sentiment.csv", import.meta.url));

async function main(o: Options): Promise<void> {
  const aggregates = o.aggregates.split(";").map((one) => one.trim());
  const found = new Map<string, Learnt[]>([CENTRAL, ...aggregates].map((name) => [name, []]));
  for (const seed of o.seeds.split(",").map(Number))
    for (const [name, learnt] of await learn(seed, aggregates, o)) {
      mustGet(found, name, "an aggregator").push(learnt);
      console.error(`seed ${String(seed)}, ${name}: ${learnt.accuracy.toFixed(3)}, ${learnt.seconds.toFixed(0)} s`);
    }
  const central = mustGet(found, CENTRAL, "the training of all rows").map(({ accuracy }) => accuracy);
  const rows = [...found].map(([name, all]) => {
    const scores = all.map(({ accuracy }) => accuracy);
    const less = meanOf(scores.map((score, i) => score - (central[i] ?? 0)));
    const seconds = meanOf(all.map((one) => one.seconds)).value;
    return [name, between(meanOf(scores)), name === CENTRAL ? "" : between(less), seconds.toFixed(0)];
  });
  console.log(`${processor()}, Node ${process.version}; ${o.clients}, ${String(o.rounds)} rounds; ${o.recipe}`);
  console.log(table(["", "accuracy", "less all rows", "seconds"], rows));
}

async function learn(seed: number, aggregates: readonly string[], o: Options): Promise<readonly [string, Learnt][]> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-federated-"));
  cpSync(data, join(folder, "sentiment.csv"));
  const session = new TuneSession({ folder, runs: join(folder, "runs") });
  const screen = { display: () => undefined, update: () => undefined };
  let cells = 0;
  const run = async (text: string): Promise<number> => {
    const begun = performance.now();
    const id = `cell ${String(++cells)}`;
    await session.run({ id, title: id, text, cell: cells }, { screen, hostContext: plainHostContext(folder) });
    return (performance.now() - begun) / 1000;
  };
  try {
    await run(`data reviews {
  source: csv("sentiment.csv"), columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates], split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 128 }
recipe quick { ${o.recipe}, keep: last, seed: ${String(seed)} }`);
    const learnt: [string, Learnt][] = [];
    for (const [i, name] of [CENTRAL, ...aggregates].entries()) {
      const as = `m${String(i)}`;
      const seconds = await run(
        name === CENTRAL
          ? `train mood on reviews with quick as ${as} { ${o.central} }`
          : `federate mood on reviews with quick as ${as} { clients: ${o.clients}, rounds: ${String(o.rounds)}, aggregate: ${name} }`,
      );
      await run(`evaluate ${as} on reviews.test { metrics: [accuracy] }`);
      const accuracy = session.evaluations.findLast(({ model }) => model === as)?.metrics["accuracy"] ?? Number.NaN;
      learnt.push([name, { accuracy, seconds }]);
    }
    return learnt;
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const between = ({ value, half }: Mean): string =>
  Number.isNaN(half) ? value.toFixed(3) : `${value.toFixed(3)} ± ${half.toFixed(3)}`;

const command = new Command("tunebook bench federated")
  .description(
    "the quickstart's data with ten skewed clients, by each aggregator, beside one training that has all rows",
  )
  .option("--clients <word>", "how rows are given to clients", "dirichlet(10, alpha: 0.3)")
  .option("--rounds <count>", "rounds", Number, 20)
  .option("--seeds <numbers>", "seeds", "1,2,3")
  .option(
    "--aggregates <words>",
    "as a program writes them, a semicolon between two",
    "fedavg; fedprox(0.1); fedadam; scaffold",
  )
  .option("--recipe <keys>", "keys of the recipe", "batch_size: 16, optimizer: adamw(learning_rate: 2e-3)")
  .option("--central <keys>", "keys of the training that has all rows", "epochs: 3, batch_size: 32");
await main(command.parse().opts<Options>());
