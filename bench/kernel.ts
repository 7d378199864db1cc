/**
 * `tunebook bench kernel`: measures how soon the kernel is ready, and how soon it replies, idle and while a cell
 * computes. Each start is a fresh process; the other figures are of one kernel. Prints a table, or JSON with `--json`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { startKernel, type KernelClient } from "#kernel/apps/jupyter/client/client.js";
import { table } from "./table.js";

interface Figure {
  readonly what: string;
  /** Milliseconds, sorted. */
  readonly samples: readonly number[];
  /** Upper bound for the 95th percentile. */
  readonly limit?: number;
}

const starts = 5;
const asked = 100;
const endless = {
  loop: "for (;;);",
  await: "await new Promise(() => undefined)",
  late: "await null; for (;;);",
  inNode: "'x'.repeat(40).replace(/(x+x+)+y/, ''); for (;;);",
  prints: "for (;;) console.log('flood')",
  catches: "for (;;) { try { for (;;); } catch {} }",
};
const text = "const words = ['a', 'b']; words.map((word) => word.toUpperC";

async function main(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-bench-"));
  const start = (): Promise<KernelClient> => startKernel({ cwd: folder, env: { JUPYTER_DATA_DIR: folder } });
  const ready: number[] = [];
  const first: number[] = [];
  for (let at = 0; at < starts; at++) {
    const began = performance.now();
    const kernel = await start();
    ready.push(performance.now() - began);
    await kernel.execute("1 + 1");
    first.push(performance.now() - began);
    await kernel.shutdown();
  }
  const kernel = await start();
  try {
    await kernel.execute("1 + 1");
    await kernel.complete(text);
    const beside = async (measure: () => Promise<unknown>): Promise<number[]> => {
      const cell = kernel.execute(endless.loop);
      const samples = await times(asked, measure);
      await kernel.interrupt();
      await cell;
      return samples;
    };
    const lines = await times(3, () => kernel.execute("for (let i = 0; i < 50_000; i++) console.log('line ' + i)"));
    return [
      { what: "ready", samples: ready, limit: 1500 },
      { what: "first cell done", samples: first },
      { what: "completion, idle", samples: await times(asked, () => kernel.complete(text)), limit: 30 },
      { what: "completion, cell computes", samples: await beside(() => kernel.complete(text)), limit: 30 },
      { what: "heartbeat, cell computes", samples: await beside(() => kernel.heartbeat()), limit: 200 },
      { what: "interrupt, awaiting cell", samples: await interrupts(kernel, endless.await), limit: 1000 },
      { what: "interrupt, loop", samples: await interrupts(kernel, endless.loop), limit: 1000 },
      { what: "interrupt, loop after await", samples: await interrupts(kernel, endless.late), limit: 1000 },
      { what: "interrupt, regular expression", samples: await interrupts(kernel, endless.inNode), limit: 1000 },
      { what: "interrupt, cell that prints", samples: await interrupts(kernel, endless.prints), limit: 1000 },
      { what: "interrupt, loop that catches", samples: await interrupts(kernel, endless.catches), limit: 1000 },
      { what: "cell 1 + 1", samples: await times(asked, () => kernel.execute("1 + 1")) },
      { what: "50,000 lines", samples: lines },
    ].map((figure) => ({ ...figure, samples: figure.samples.sort((a, b) => a - b) }));
  } finally {
    await kernel.shutdown();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function times(count: number, measure: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    await measure();
    samples.push(performance.now() - began);
  }
  return samples;
}

/** Measures the time from an interrupt to the cell's reply. */
async function interrupts(kernel: KernelClient, code: string): Promise<number[]> {
  const samples: number[] = [];
  for (let at = 0; at < 5; at++) {
    const cell = kernel.execute(code);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = performance.now();
    await kernel.interrupt();
    await cell;
    samples.push(performance.now() - began);
  }
  return samples;
}

const at = (samples: readonly number[], share: number): number =>
  samples[Math.min(samples.length - 1, Math.floor(share * samples.length))] ?? NaN;

const program = new Command("kernel")
  .description("the kernel's latencies, in milliseconds")
  .option("--json", "print JSON");
program.parse();
const figures = await main();
const machine = { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
if (program.opts<{ json?: true }>().json)
  process.stdout.write(
    `${JSON.stringify({ machine, figures: figures.map(({ what, samples, limit }) => ({ what, limit: limit ?? null, median: at(samples, 0.5), p95: at(samples, 0.95), min: samples[0], max: samples.at(-1), samples: samples.length })) }, null, 2)}\n`,
  );
else {
  const milliseconds = (value: number | undefined): string => (value ?? NaN).toFixed(1);
  process.stdout.write(`${machine.processor}, ${String(machine.cores)} cores, Node ${machine.node}; milliseconds\n`);
  const rows = figures.map(({ what, samples, limit }) => [
    what,
    ...[at(samples, 0.5), at(samples, 0.95), samples[0], samples.at(-1)].map(milliseconds),
    limit === undefined ? "" : String(limit),
  ]);
  process.stdout.write(`${table(["", "median", "p95", "min", "max", "limit"], rows)}\n`);
}
