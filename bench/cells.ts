/**
 * `tunebook bench cells`: runs many small TypeScript and Tune cells in one real kernel and measures the memory of its
 * processes. Linux only. The launcher only forwards signals; the kernel's process contains the wire and assistant
 * threads. Resident memory (RSS) varies with garbage that was not collected yet. The memory really in use is the heap
 * size of all threads right after a collection.
 */
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { startKernel } from "#kernel/apps/jupyter/client/client.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

const KINDS: Readonly<Record<string, (n: number) => string>> = {
  plain: (n) => `${String(n)} + 1`,
  defining: (n) => `const made${String(n)} = { at: ${String(n)}, name: "cell ${String(n)}" };\nmade${String(n)}.at`,
  tune: (n) => `recipe r${String(n)} { epochs: ${String(1 + (n % 5))}, batch_size: 16 }`,
};

function residentMiB(root: number): number {
  const stats = readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) return [];
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      const read = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
      return [{ pid, parent: read("PPid"), kib: read("VmRSS") }];
    } catch {
      return []; // the process has ended
    }
  });
  const family = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent } of stats)
      if (family.has(parent) && !family.has(pid)) {
        family.add(pid);
        grew = true;
      }
  }
  return Math.round(stats.filter(({ pid }) => family.has(pid)).reduce((sum, { kib }) => sum + kib, 0) / 1024);
}

/** KiB in use on the heaps of all threads after a collection. */
async function keptKiB(folder: string, ask: string): Promise<number> {
  writeFileSync(join(folder, "asking"), ask);
  renameSync(join(folder, "asking"), join(folder, "ask"));
  for (;;) {
    await sleep(100);
    const told = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as [string, number]);
    if (told.every(([of]) => of === ask)) return told.reduce((sum, [, bytes]) => sum + bytes / 1024, 0);
  }
}

interface Held {
  readonly resident: number;
  readonly kept: number;
}
async function run(kind: string, count: number): Promise<readonly Held[]> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-heaps-"));
  const preload = new URL("heaps.js", import.meta.url).href;
  const kernel = await startKernel({ env: { TUNEBOOK_HEAPS: folder, NODE_OPTIONS: `--import=${preload}` } });
  try {
    const held: Held[] = [];
    for (let n = 1; n <= count; n++) {
      await kernel.execute(KINDS[kind]!(n));
      if (n % Math.ceil(count / 10) !== 0) continue;
      const resident = residentMiB(kernel.process.pid);
      held.push({ resident, kept: await keptKiB(folder, String(n)) });
    }
    return held;
  } finally {
    await kernel.shutdown();
    rmSync(folder, { recursive: true, force: true });
  }
}

const command = new Command("tunebook bench cells")
  .description("whether the kernel's memory follows the number of cells (Linux)")
  .option("--cells <count>", "cells of each kind", Number, 1750)
  .option("--kinds <names>", `of ${Object.keys(KINDS).join(", ")}`, Object.keys(KINDS).join(","));
const { cells, kinds } = command.parse().opts<{ cells: number; kinds: string }>();
const rows: string[][] = [];
for (const kind of kinds.split(",")) {
  const held = await run(kind, cells);
  const [middle, last] = [held[Math.floor(held.length / 2) - 1]!, held.at(-1)!];
  const each = (last.kept - middle.kept) / (cells / 2);
  rows.push([
    kind,
    held.map(({ resident }) => resident).join(" "),
    held.map(({ kept }) => (kept / 1024).toFixed(0)).join(" "),
    each.toFixed(1),
  ]);
}
console.log(`${processor()}, Node ${process.version}, ${String(cells)} cells of each kind`);
console.log(
  table(
    ["cells", "RSS, MiB after each tenth", "heaps after a collection, MiB", "KiB kept a cell in the second half"],
    rows,
  ),
);
