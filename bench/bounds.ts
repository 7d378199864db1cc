/**
 * `tunebook bench bounds`: checks operations that must be fast against an upper bound, valid for an otherwise idle
 * machine. Prints the median of three in milliseconds, and ends with status 1 if one exceeds its bound. `bench kernel`
 * measures the kernel's latencies, `bench assist` those during a training.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitTensorflow } from "#dsl/tensor/backends/tensorflow/emit.js";
import type { DataPlan, Call, Value } from "#dsl/language/types/value.js";
import { findNearDuplicates } from "#kernel/data/audit/near-duplicates.js";
import { prepareMeasuredData } from "#kernel/data/prepare.js";
import { curvesFigure } from "#kernel/display/curves/curves.js";
import { figureView } from "#kernel/display/figure.js";
import { setUpTensorflow } from "#kernel/engines/native/setup.js";
import { satisfiesPythonVersion } from "#kernel/fetch/version.js";
import type { RunEvent } from "#kernel/events/events.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { lockRun } from "#kernel/runs/run-lock.js";
import { globMatcher } from "#kernel/apps/jupyter/wire/glob.js";
import { csv } from "#stdlib/sources/csv.run.js";
import { processor } from "./finetune/report.js";
import { MODELS } from "./step/models.js";
import { table } from "./table.js";

interface Bound {
  readonly what: string;
  /** Milliseconds. */
  readonly limit: number;
  /** Prepares the input once, unmeasured, and returns the function to measure. */
  readonly ready: (folder: string) => () => unknown;
}

const call = (kind: string, word: string, given: Readonly<Record<string, Value>> = {}): Call => ({
  kind,
  word,
  arguments: given,
});
const many = 100_000;

function rowsFile(folder: string): string {
  const rows = Array.from(
    { length: many },
    (_, i) => `"row ${i}, of many <b>words</b>",${i % 3},${i % 10 ? "train" : "test"}\n`,
  );
  writeFileSync(join(folder, "rows.csv"), `text,label,part\n${rows.join("")}`);
  return "rows.csv";
}

function dataPlan(folder: string): DataPlan {
  return {
    name: "d",
    folder,
    source: call("source", "csv", { path: rowsFile(folder) }),
    columns: { text: "text", label: "label" },
    clean: ["unicode", "strip_html", "drop_empty", "drop_duplicates"].map((word) => call("cleaner", word)),
    split: call("split", "random", { train: { share: 0.9 }, test: { share: 0.1 }, stratify: "label" }),
    labels: null,
    sample: null,
    seed: 0,
  };
}

/** 5,000 texts, of which every hundredth is nearly identical to one of 20,000 others. */
function alike(): { readonly texts: readonly string[]; readonly among: readonly string[] } {
  let seed = 1;
  const next = (n: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const lexicon = Array.from({ length: 5000 }, (_, i) => `w${i.toString(36)}${"aeiou"[next(5)] ?? ""}`);
  const text = (): string => Array.from({ length: 20 }, () => lexicon[Math.floor(next(5000) ** 2 / 5000)]).join(" ");
  const among = Array.from({ length: 20_000 }, text);
  const texts = Array.from({ length: 5000 }, (_, i) => (i % 100 === 0 ? `${among[i] ?? ""} again` : text()));
  return { texts, among };
}

function eventsOf(steps: number): RunEvent[] {
  const at = "2026-01-05T10:00:00.000Z";
  return Array.from({ length: steps }, (_, i) => ({
    at,
    run: "r",
    kind: "step" as const,
    step: i + 1,
    epoch: 1,
    tokens: 1000,
    rate: 1e-3,
    norm: 1,
    seconds: 0.2,
    loss: 0.25 + Math.exp((-3 * i) / steps) + 0.09 * Math.sin(i * 12.9898),
  }));
}

/** Creates a folder of 2,000 runs with ten steps each. */
function runsIn(folder: string): string {
  const log = eventsOf(10)
    .map((event) => JSON.stringify(event))
    .join("\n");
  for (let i = 0; i < 2000; i++) {
    const run = join(folder, `many_${i}-20260101-000000-${i}`);
    mkdirSync(run);
    writeFileSync(join(run, "events.jsonl"), `${log}\n`);
  }
  return folder;
}

const lettered = (texts: readonly string[]) => ({
  count: texts.length,
  chunks: () => [texts],
  lettersAt: (text: number) => texts[text]!,
});

const bounds: readonly Bound[] = [
  {
    what: "12 layers of GPT-2 assembled, optimised and emitted",
    limit: 2000,
    ready: () => () => {
      const made = MODELS["gpt2"]?.({ technique: "full", dropout: 0 });
      return made && emitTensorflow({ train: made.program });
    },
  },
  {
    what: "100,000 rows of CSV read",
    limit: 10_000,
    ready: (folder) => {
      const source = call("source", "csv", { path: rowsFile(folder) });
      return () => csv.open(source, { folder, live: () => undefined });
    },
  },
  {
    what: "100,000 rows prepared",
    limit: 20_000,
    ready: (folder) => {
      const plan = dataPlan(folder);
      return () => prepareMeasuredData(plan, { folder, live: () => undefined });
    },
  },
  {
    what: "5,000 texts compared with 20,000 others",
    limit: 20_000,
    ready: () => {
      const { texts, among } = alike();
      return () => findNearDuplicates(lettered(texts), lettered(among));
    },
  },
  {
    what: "curves of 30,000 steps drawn again",
    limit: 250,
    ready: () => {
      const events = eventsOf(30_000);
      return () => figureView(curvesFigure(events));
    },
  },
  {
    what: "2,000 runs looked at for the first time",
    limit: 10_000,
    ready: (folder) => {
      const root = runsIn(folder);
      return () => new RunList(root).look();
    },
  },
  {
    what: "2,000 runs looked at again, and a page of them",
    limit: 1500,
    ready: (folder) => {
      const list = new RunList(runsIn(folder));
      return async () => {
        await list.look();
        list.list({ ...defaultRunView, sort: "score", limit: 50, since: 0 });
      };
    },
  },
  {
    what: "a CSV of 100,000 columns read",
    limit: 5000,
    ready: (folder) => {
      const names = Array.from({ length: many }, (_, i) => `c${String(i)}`).join(",");
      writeFileSync(join(folder, "wide.csv"), `${names}\n${`${"1,".repeat(many - 1)}1\n`.repeat(3)}`);
      const source = call("source", "csv", { path: "wide.csv" });
      return () => csv.open(source, { folder, live: () => undefined });
    },
  },
  { what: "setup, when it has been done", limit: 1000, ready: () => () => setUpTensorflow() },
  {
    what: "a run's folder locked and let go",
    limit: 500,
    ready: (folder) => async () => {
      const run = join(folder, randomUUID());
      mkdirSync(run);
      (await lockRun(run, "train", 0)).release();
    },
  },
  {
    what: "versions of 100,000 characters that are none",
    limit: 200,
    ready: () => () =>
      [`${"1.".repeat(50_000)}x`, `1${".dev".repeat(50_000)}`, "1".repeat(many)].map((text) =>
        satisfiesPythonVersion(text, ">=0"),
      ),
  },
  {
    what: "forty stars against 5,000 characters",
    limit: 1000,
    ready: () => () => globMatcher(`${"*a".repeat(40)}*b`)("a".repeat(5000)),
  },
];

async function medianOf({ ready }: Bound): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-bounds-"));
  try {
    const work = ready(folder);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const begun = performance.now();
      await work();
      times.push(performance.now() - begun);
    }
    return times.sort((a, b) => a - b)[1] ?? NaN;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rows: string[][] = [];
for (const bound of bounds) {
  const took = await medianOf(bound);
  if (took > bound.limit) process.exitCode = 1;
  rows.push([bound.what, took.toFixed(1), String(bound.limit), took > bound.limit ? "over" : ""]);
}
console.log(`${processor()}, Node ${process.version}; milliseconds\n${table(["", "median", "limit", ""], rows)}`);
