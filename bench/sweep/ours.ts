/**
 * Runs a sweep of the quickstart with Tunebook in a separate process and prints one JSON line. `seconds` is the time
 * from the first trial's start to the last one's end, by the events of their runs, so loading before the first is
 * excluded. `gaps` are the times from a trial's last event to the end of the next one's first update.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "#kernel/events/events.js";
import type { SweepInTypeScript } from "#kernel/study/trial.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { TuneSession } from "#kernel/features/tune-session.js";

export interface Setting {
  /** Path of the CSV file with text, label and part. */
  readonly data: string;
  readonly trials: number;
  readonly epochs: number;
  readonly engine: string;
  readonly seed: number;
}
export interface Swept {
  readonly program: string;
  readonly seconds: number;
  readonly steps: number;
  readonly scores: readonly number[];
  readonly rates: readonly number[];
  readonly gaps: readonly number[];
}

const program = ({ data, trials, epochs, engine, seed }: Setting): string => `engine { engine: ${engine} }
data reviews {
  source: csv(${JSON.stringify(data)})
  columns: { text: text, label: label }
  split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8, alpha: 16, targets: [query, value]), max_length: 128 }
recipe quick {
  epochs: ${epochs}
  batch_size: 32
  optimizer: adamw(weight_decay: 0.01)
  schedule: linear(warmup: 6%)
  clip: 1.0
  keep: last
  seed: ${seed}
}
sweep mood on reviews with quick as found {
  vary: { optimizer.learning_rate: log(2e-4..5e-3) }
  search: random, trials: ${trials}, maximize: accuracy
}
`;

async function main(setting: Setting): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-sweep-"));
  const values = new Map<string, unknown>();
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    names: { define: (name, value) => void values.set(name, value), remove: (name) => void values.delete(name) },
  });
  try {
    const screen = { display: () => undefined, update: () => undefined };
    const source = { id: "sweep", title: "sweep", text: program(setting) };
    await session.run(source, { screen, hostContext: plainHostContext(folder) });
    console.log(JSON.stringify(sweptOf(values.get("found") as SweepInTypeScript, join(folder, "runs"))));
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function sweptOf({ trials }: SweepInTypeScript, runs: string): Swept {
  const logs = readdirSync(runs)
    .filter((name) => name.startsWith("found_"))
    .map((name) => eventsIn(join(runs, name)))
    .sort((a, b) => timeOf(a[0]) - timeOf(b[0]));
  const gaps = logs.slice(1).map((log, i) => timeOf(log.find(({ kind }) => kind === "step")) - timeOf(logs[i]?.at(-1)));
  return {
    program: "tunebook",
    seconds: (timeOf(logs.at(-1)?.at(-1)) - timeOf(logs[0]?.[0])) / 1000,
    steps: logs.reduce((sum, log) => sum + log.filter(({ kind }) => kind === "step").length, 0),
    scores: trials.map(({ score }) => score ?? Number.NaN),
    rates: trials.map(({ values }) => Number(values["optimizer.learning_rate"])),
    gaps: gaps.map((gap) => gap / 1000),
  };
}

const timeOf = (event: RunEvent | undefined): number => Date.parse(event?.at ?? "");
function eventsIn(run: string): readonly RunEvent[] {
  const lines = readFileSync(join(run, "events.jsonl"), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RunEvent);
}

await main(JSON.parse(process.argv[2] ?? "{}") as Setting);
