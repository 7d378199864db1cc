/**
 * `tunebook bench assist [--edits 10000] [--no-training]`: measures the assistant. It times the check of a 200-line
 * program (the first of a process and later ones), typing in a notebook of fifty cells, and completion while the
 * quickstart trains. It also measures memory over many edits, in the assistant and in the language server. Prints
 * milliseconds and MiB.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { Facts } from "#dsl/language/types/facts.js";
import { registry } from "#stdlib/registry.js";
import { startKernel } from "#kernel/apps/jupyter/client/client.js";
import { serverMemory, type } from "./assist/typing.js";

const notebooks = fileURLToPath(new URL("../../notebooks/", import.meta.url));

function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
  return `median ${at(0.5)}, 95th percentile ${at(0.95)} (${times.length} times)`;
}

function checkOf200Lines(): void {
  const part = (i: number) => `data d${i} {
  source: csv("a${i}.csv")
  columns: { text: t, label: l }
  clean: [unicode, drop_empty]
  split: random(train: 80%, test: 20%)
}
model m${i} { base: "b", task: text_classification, technique: lora(rank: 8) }
recipe r${i} { epochs: 3, optimizer: adamw(learning_rate: 1e-3) }
train m${i} on d${i} with r${i}
evaluate m${i} on d${i}.test { metrics: [accuracy] }
`;
  const text = Array.from({ length: 20 }, (_, i) => part(i)).join("");
  for (const purpose of ["run", "assist"] as const) {
    const times = Array.from({ length: 30 }, (_, i) => {
      const start = performance.now();
      compile([{ id: "a", title: "a", text: text + " ".repeat(i) }], registry, Facts.none, purpose, emptyEnvironment);
      return performance.now() - start;
    });
    console.log(`check of 200 lines, ${purpose}: ${spread(times)}`);
  }
}

async function completionWhileTraining(): Promise<void> {
  const { cells } = JSON.parse(readFileSync(join(notebooks, "quickstart.ipynb"), "utf8")) as {
    cells: readonly { cell_type: string; source: readonly string[] }[];
  };
  const code = cells.filter((c) => c.cell_type === "code").map((c) => c.source.join(""));
  const runs = mkdtempSync(join(tmpdir(), "tunebook-bench-"));
  const kernel = await startKernel({ cwd: notebooks, env: { ...process.env, TUNEBOOK_RUNS: runs } });
  try {
    for (const cell of code.slice(0, 3)) await kernel.execute(cell);
    const training = kernel.execute(code[3] ?? "");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const asked = { TypeScript: ["mood.hi", []], Tune: ['model x { base: "a", tas', []] } as Record<
      string,
      [string, number[]]
    >;
    for (let i = 0; i < 50; i++) {
      for (const [text, times] of Object.values(asked)) {
        const start = performance.now();
        await kernel.complete(text, text.length);
        times.push(performance.now() - start);
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    for (const [language, [, times]] of Object.entries(asked))
      console.log(`completion while training, ${language}: ${spread(times)}`);
    const start = performance.now();
    await kernel.interrupt();
    await training;
    console.log(`interrupt of a training cell: ${(performance.now() - start).toFixed(0)} (at most 1000)`);
  } finally {
    await kernel.shutdown();
    rmSync(runs, { recursive: true, force: true });
  }
}

/** Runs each check in a new process and prints the median of five. */
function firstCheck(): void {
  const file = fileURLToPath(new URL("./assist/first.js", import.meta.url));
  const times = Array.from({ length: 5 }, () => {
    const { stdout } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    return JSON.parse(stdout) as { readonly load: number; readonly check: number };
  }).sort((a, b) => a.check - b.check);
  const middle = times[2]!;
  console.log(
    `first check of a process, 200 lines: ${middle.check.toFixed(0)}, after ${middle.load.toFixed(0)} for loading the language`,
  );
}

async function typing(edits: number): Promise<void> {
  for (const [where, at] of [
    ["the middle", 22],
    ["the last", 49],
  ] as const) {
    const { check, complete } = await type(300, at, false);
    console.log(`one line edited in ${where} of 50 cells, check: ${spread(check.slice(20))}`);
    console.log(`completion there: ${spread(complete.slice(20))}`);
  }
  const { below } = await type(60, 22, true);
  console.log(`the 27 cells below it checked again, together: ${spread(below.slice(10))}`);
  const { heap } = await type(edits, 22, false);
  const tenths = (sizes: readonly number[]): string => sizes.map((size) => size.toFixed(0)).join(" ");
  if (heap.length > 0) console.log(`heap after each tenth of ${edits} edits, MiB: ${tenths(heap)}`);
  console.log(
    `language server, resident after each tenth of ${edits} edits, MiB: ${tenths(await serverMemory(edits))}`,
  );
}

const { values: options } = parseArgs({
  options: { edits: { type: "string", default: "10000" }, "no-training": { type: "boolean" } },
});
if (!(globalThis as { gc?: unknown }).gc) setFlagsFromString("--expose-gc");
(globalThis as { gc?: unknown }).gc ??= runInNewContext("gc") as unknown;
firstCheck();
checkOf200Lines();
await typing(Number(options.edits));
if (options["no-training"] !== true) await completionWhileTraining();
process.exit();
