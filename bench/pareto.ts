/**
 * `tunebook bench pareto`: compresses the quickstart's classifier by every method with `compress`: quantised, pruned,
 * students, and combinations. It reports the score with its interval, file size, memory, p50 and p99 latency, and which
 * models no other one dominates. Times are those of the notebook's engine, which computes integers as f32.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { plainHostContext } from "#kernel/host/host-context.js";
import { paretoFrontOf } from "#kernel/study/front.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

interface Options {
  readonly epochs: string;
  readonly only?: string;
  readonly rate: string;
  readonly heal: string;
}
/** Name → keys of the `compress` block. */
const WAYS: Readonly<Record<string, string>> = {
  int8: "quantize: int8",
  int8_fixed: "quantize: int8(calibrate: 100)",
  int4: "quantize: int4",
  pruned_inner_25: "sparsify: structured(feed_forward: 25%)",
  pruned_inner_50: "sparsify: structured(feed_forward: 50%)",
  pruned_both: "sparsify: structured(heads: 25%, feed_forward: 40%)",
  pruned_both_int8: "sparsify: structured(heads: 25%, feed_forward: 40%), quantize: int8",
  student_3: "distill: student(layers: 3)",
  student_3_int8: "distill: student(layers: 3), quantize: int8",
};
const data = fileURLToPath(new URL("../../notebooks/data/sentiment.csv", import.meta.url));
const METRICS = ["accuracy", "size", "memory", "latency", "latency(99)"] as const;

async function main({ epochs, only, rate, heal }: Options): Promise<void> {
  const ways = Object.entries(WAYS).filter(([name]) => only === undefined || only.split(",").includes(name));
  const folder = mkdtempSync(join(tmpdir(), "tunebook-pareto-"));
  cpSync(data, join(folder, "sentiment.csv"));
  const session = new TuneSession({ folder, runs: join(folder, "runs") });
  const screen = { display: () => undefined, update: () => undefined };
  let cells = 0;
  const run = async (text: string): Promise<void> => {
    const id = `cell ${String(++cells)}`;
    await session.run({ id, title: id, text, cell: cells }, { screen, hostContext: plainHostContext(folder) });
  };
  try {
    await run(`data reviews {
  source: csv("sentiment.csv"), columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates], split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 128 }
recipe quick { epochs: ${epochs}, batch_size: 32, optimizer: adamw(learning_rate: ${rate}) }
recipe heal { epochs: ${epochs}, batch_size: 32, optimizer: adamw(learning_rate: ${heal}) }
train mood on reviews with quick`);
    for (const [name, keys] of ways) {
      await run(`compress mood on reviews with heal as ${name} { ${keys} }`);
      console.error(name);
    }
    await run(
      `evaluate ${["mood", ...ways.map(([name]) => name)].join(", ")} on reviews.test { metrics: [${METRICS.join(", ")}] }`,
    );
    const made = session.evaluations.slice(-ways.length - 1);
    const figure = (at: number, metric: string): number => made[at]?.metrics[metric] ?? Number.NaN;
    const front = (cost: string): ReadonlySet<number> =>
      new Set(paretoFrontOf(made.map((_, at) => [figure(at, "accuracy"), -figure(at, cost)])));
    const [small, quick] = [front("size"), front("latency")];
    const rows = made.map(({ model, intervals, differences }, at) => {
      const ends = intervals?.["accuracy"];
      const less = differences?.["accuracy"];
      return [
        ...[model, WAYS[model] ?? "the original"],
        `${figure(at, "accuracy").toFixed(3)}${ends ? ` (${ends.low.toFixed(3)} … ${ends.high.toFixed(3)})` : ""}`,
        less
          ? `${less.value.toFixed(3)}${less.verdict === "worse" || less.verdict === "better" ? ` ${less.verdict}` : ""}`
          : "",
        ...METRICS.slice(1).map((metric) => figure(at, metric).toPrecision(3)),
        [small.has(at) && "size", quick.has(at) && "time"].filter(Boolean).join(", "),
      ];
    });
    console.log(
      `${processor()}, Node ${process.version}; ${String(made[0]?.rows ?? 0)} rows, ${epochs} epochs at ${rate} (healing and students ${heal})`,
    );
    console.log(
      table(
        [
          "model",
          "made by",
          "accuracy",
          "less the original",
          "MB on disk",
          "MB in memory",
          "p50 ms",
          "p99 ms",
          "front",
        ],
        rows,
      ),
    );
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const command = new Command("tunebook bench pareto")
  .description("the quickstart's classifier quantised, pruned and distilled: score, size, memory and time of each")
  .option("--epochs <count>", "passes over the rows, of the original and of what is trained again", "3")
  .option("--rate <number>", "learning rate of the original", "2e-3")
  .option("--heal <number>", "learning rate of students and of pruned models", "1e-4")
  .option("--only <names>", `some of them: ${Object.keys(WAYS).join(",")}`);
await main(command.parse().opts<Options>());
