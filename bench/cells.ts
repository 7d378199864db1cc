/**
 * `tunebook bench cells`: many small cells in one real kernel, TypeScript and Tune, and what its processes hold meanwhile.
 * Linux. The launcher only passes signals on; the kernel's process has the threads of the wire and of the assistant.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { startKernel } from "#kernel/client/client.js";
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
      return []; // it ended
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

async function run(kind: string, count: number): Promise<readonly number[]> {
  const kernel = await startKernel({});
  try {
    const held: number[] = [];
    for (let n = 1; n <= count; n++) {
      await kernel.execute(KINDS[kind]!(n));
      if (n % Math.ceil(count / 10) === 0) held.push(residentMiB(kernel.process.pid));
    }
    return held;
  } finally {
    await kernel.shutdown();
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
  const [middle, last] = [held[Math.floor(held.length / 2)]!, held.at(-1)!];
  const each = ((last - middle) * 1024) / (cells / 2);
  rows.push([kind, held.join(" "), each.toFixed(0)]);
}
console.log(`${processor()}, Node ${process.version}, ${String(cells)} cells of each kind`);
console.log(table(["cells", "MiB after each tenth", "KiB a cell in the second half"], rows));
