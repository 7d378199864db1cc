/**
 * `tunebook bench orders`: trains three real text tasks one after the other, in three orders (each task once at each
 * position), with three seeds and every strategy. It reports average accuracy at the end and average forgetting, with
 * 95 % intervals over orders and seeds, and whether the interval lies below that of `naive`. `--json FILE` saves the
 * results and resumes from them.
 */
import { existsSync, readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { processor } from "./finetune/report.js";
import { below, figuresOf, sameRun, type Among, type Figures, type Mean } from "./orders/figures.js";
import type { Learnt, Sequence } from "./orders/sequence.js";
import { table } from "./table.js";

interface Options {
  readonly sets: string;
  readonly orders: number;
  readonly seeds: string;
  readonly strategies: string;
  readonly train: number;
  readonly test: number;
  readonly recipe: string;
  readonly base: string;
  readonly engine: string;
  readonly json?: string;
}
const FLOOR = "naive";
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function main(o: Options): Promise<void> {
  const sets = o.sets.split(",");
  const strategies = o.strategies.split(";").map((one) => one.trim());
  // Rotates the sets, so that each set occurs once at each position.
  const orders = sets.slice(0, o.orders).map((_, turn) => sets.map((_, i) => sets[(i + turn) % sets.length] ?? ""));
  let all: readonly Learnt[] =
    o.json !== undefined && existsSync(o.json)
      ? (JSON.parse(readFileSync(o.json, "utf8")) as { all: Learnt[] }).all
      : [];
  for (const seed of o.seeds.split(",").map(Number))
    for (const order of orders) {
      const lacking = strategies.filter(
        (strategy) => !all.some((one) => one.strategy === strategy && sameRun(one, { order, seed })),
      );
      if (lacking.length === 0) continue;
      const { recipe, base, engine, train, test } = o;
      const asked: Sequence = { order, seed, strategies: lacking, rows: { train, test }, recipe, base, engine };
      await learn(asked, async (one) => {
        all = [...all, one];
        console.error(`${order.join(" → ")}, seed ${String(seed)}, ${one.strategy}: ${rounded(one)}`);
        if (o.json !== undefined)
          await writeFileAtomic(o.json, `${JSON.stringify({ processor: processor(), options: o, all })}\n`);
      });
    }
  console.log(`${processor()}, Node ${process.version}; ${o.sets}; at most ${String(o.train)} rows a set; ${o.recipe}`);
  for (const among of ["all", "own"] as const) console.log(told(all, strategies, among));
}

const rounded = ({ among, seconds }: Learnt): string =>
  `${among.all.map((row) => row.map((one) => one.toFixed(2)).join(" ")).join(" | ")}, ${seconds.toFixed(0)} s`;

/** Calls `onLearnt` for each line that the process prints. */
async function learn(asked: Sequence, onLearnt: (one: Learnt) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [path("./orders/sequence.js"), JSON.stringify(asked)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((done, reject) => child.once("error", reject).once("close", done));
  for await (const line of createInterface({ input: child.stdout })) await onLearnt(JSON.parse(line) as Learnt);
  const status = await ended;
  if (status !== 0)
    throw new Error(`${asked.order.join(", ")}, seed ${String(asked.seed)} ended with ${String(status)}`);
}

const TITLES: Readonly<Record<Among, string>> = {
  all: "Among all labels: nobody says which task a text is of",
  own: "Among the labels of a text's own task: the task is known",
};

function told(all: readonly Learnt[], strategies: readonly string[], among: Among): string {
  const figures = strategies.map((strategy) => figuresOf(all, strategy, among, FLOOR));
  const floor = figures.find(({ strategy }) => strategy === FLOOR);
  const best = figures.reduce<Figures | undefined>(
    (top, one) => (top && top.accuracy.value >= one.accuracy.value ? top : one),
    undefined,
  );
  const rows = figures.map((one) => [
    ...[one.strategy, String(one.runs), between(one.accuracy), between(one.learning), between(one.forgetting)],
    ...[one.strategy === FLOOR ? "" : between(one.less), one.seconds.toFixed(0)],
  ]);
  const apart = floor ? figures.filter((one) => below(one.forgetting, floor.forgetting)) : [];
  return [
    `\n${TITLES[among]}`,
    table(["strategy", "runs", "accuracy at the end", "when learnt", "forgetting", `− ${FLOOR}'s`, "seconds"], rows),
    `forgets less than ${FLOOR} with intervals apart: ${apart.map(({ strategy }) => strategy).join(", ") || "none"}`,
    `best at the end: ${best?.strategy ?? "none"}`,
  ].join("\n");
}
const between = ({ value, half }: Mean): string =>
  Number.isNaN(half) ? value.toFixed(3) : `${value.toFixed(3)} ± ${half.toFixed(3)}`;

const command = new Command("tunebook bench orders")
  .description("three real text tasks in three orders with three seeds, learnt one after the other by every strategy")
  .option("--sets <names>", "tasks, in the first order", "sentiment,questions,cooking")
  .option("--orders <count>", "so many orders", Number, 3)
  .option("--seeds <numbers>", "seeds", "11,12,13")
  .option(
    "--strategies <words>",
    "as a program writes them, a semicolon between two",
    "naive; replay(1%); ewc(100_000, fisher: exact, rows: 100); ewc(100_000, fisher: batched, rows: 100); joint",
  )
  .option("--train <rows>", "most rows of a set that train", Number, 700)
  .option("--test <rows>", "most rows of a set that test", Number, 200)
  .option("--recipe <keys>", "keys of the recipe", "epochs: 4, batch_size: 8")
  .option("--base <name>", "what all begin with", "all-MiniLM-L6-v2")
  .option("--engine <name>", "Tunebook's engine", "auto")
  .option("--json <file>", "keep what was learnt, and go on where it ended");
await main(command.parse().opts<Options>());
