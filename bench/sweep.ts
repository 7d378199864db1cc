/**
 * `tunebook bench sweep`: compares trials of the quickstart by Tunebook with those of Optuna with PyTorch and PEFT.
 * Both use the same rates, rows and number of updates, without pruning, alternating in one run with one seed per round.
 * Only the peer's study and Tunebook's trials are timed, not loading. Prints each, the ratio of the medians, both
 * accuracies, and the time until the next trial's first update.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { processor } from "./finetune/report.js";
import { lastLine } from "./last-line.js";
import type { Swept } from "./sweep/ours.js";

interface Options {
  readonly trials: number;
  readonly epochs: number;
  readonly rounds: number;
  readonly engine: string;
  readonly peer: boolean;
  readonly json?: string;
}
type Peer = Pick<Swept, "program" | "seconds" | "steps" | "scores">;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const reviews = path("../../notebooks/data/sentiment.csv");

/** Uses the quickstart's test rows for validation in both programs. */
function writeParts(folder: string): string {
  const data = join(folder, "parts.csv");
  writeFileSync(data, readFileSync(reviews, "utf8").replace(/,test$/gm, ",validation"));
  return data;
}

async function main(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-sweep-rows-"));
  try {
    await compared(writeParts(folder), options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compared(data: string, { rounds, peer, json, ...o }: Options): Promise<void> {
  const ours: Swept[] = [];
  const theirs: Peer[] = [];
  const optuna = peer ? await peerOf() : null;
  for (let round = 0; round < rounds; round++) {
    const setting = JSON.stringify({ data, ...o, seed: round });
    const swept = await lastLine<Swept>(process.execPath, [path("./sweep/ours.js"), setting]);
    ours.push(swept);
    tell(swept);
    if (!optuna) continue;
    const asked = { optuna: optuna.site, rates: JSON.stringify(swept.rates), epochs: o.epochs, seed: round };
    const args = Object.entries(asked).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const study = await lastLine<Peer>(optuna.python, [path("../../bench/peers/optuna_sweep.py"), data, ...args]);
    if (study.steps !== swept.steps)
      throw new Error(`updates differ: ${String(swept.steps)} and ${String(study.steps)}`);
    theirs.push(study);
    tell(study);
  }
  const [own, other] = [median(ours.map(({ seconds }) => seconds)), median(theirs.map(({ seconds }) => seconds))];
  console.log(`${processor()}, Node ${process.version}: ${String(o.trials)} trials of ${String(o.epochs)} epochs`);
  console.log(
    `tunebook ${own.toFixed(1)} s${optuna ? `, optuna ${other.toFixed(1)} s: ${(own / other).toFixed(2)} of it` : ""}`,
  );
  for (const { program, ...of } of [merged(ours), merged(theirs)].flat())
    console.log(`${program}: accuracy of all trials ${mean(of.scores).toFixed(3)}, of the best ${of.best.toFixed(3)}`);
  const gaps = ours.flatMap((one) => one.gaps);
  console.log(
    `from a trial's end to the next one's first update: median ${median(gaps).toFixed(2)} s, most ${Math.max(...gaps).toFixed(2)} s`,
  );
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ processor: processor(), ours, theirs }, null, 1)}\n`);
}

/** PyTorch and PEFT share one environment and Optuna has another: torch is large, and one copy is enough. */
async function peerOf(): Promise<{ readonly python: string; readonly site: string }> {
  const onProgress = (line: string): void => console.error(line);
  const { python } = await ensurePythonEnv("oracles", { onProgress });
  const { folder } = await ensurePythonEnv("optuna", { onProgress });
  if (process.platform === "win32") return { python, site: join(folder, "Lib", "site-packages") };
  const version = readdirSync(join(folder, "lib")).find((name) => name.startsWith("python")) ?? "";
  return { python, site: join(folder, "lib", version, "site-packages") };
}

function tell({ program, seconds, steps, scores }: Peer): void {
  const said = scores.map((score) => score.toFixed(3)).join(" ");
  console.error(`${program}: ${seconds.toFixed(1)} s, ${String(steps)} updates, accuracies ${said}`);
}

/** Merges all rounds into one result; empty if the peer did not run. `best`: the mean of the rounds' best scores. */
function merged(rounds: readonly Peer[]): readonly (Pick<Peer, "program" | "scores"> & { readonly best: number })[] {
  return rounds.slice(0, 1).map(({ program }) => ({
    program,
    scores: rounds.flatMap(({ scores }) => scores),
    best: mean(rounds.map(({ scores }) => Math.max(...scores))),
  }));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(at)] ?? Number.NaN) + (sorted[Math.ceil(at)] ?? Number.NaN)) / 2;
}

const command = new Command("tunebook bench sweep")
  .description("trials of the quickstart by Tunebook and by Optuna with PyTorch, alternating")
  .option("--trials <count>", "how many trials", Number, 20)
  .option("--epochs <count>", "epochs of each", Number, 3)
  .option("--rounds <count>", "how often, by turns", Number, 3)
  .option("--engine <name>", "Tunebook's engine", "auto")
  .option("--no-peer", "Tunebook alone")
  .option("--json <file>", "keep every result");
await main(command.parse().opts<Options>());
