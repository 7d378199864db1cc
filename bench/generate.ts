/**
 * `tunebook bench generate`: compares greedy generation by Tunebook and by transformers' generate, with the same
 * weights and prompts, f32, alternating in one run. For each batch it reports tokens per second and the time of a step
 * in each quarter of the tokens (flat, if only attention grows). It also reports whether both outputs are equal, and
 * peak memory. `--json FILE` saves all results.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { resolveBase } from "#kernel/bases/resolve.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { ENGINE_NAMES } from "#kernel/engines/engine.js";
import { processor } from "./finetune/report.js";
import type { GenerateResult } from "./generate/ours.js";
import { table } from "./table.js";
import { lastLine } from "./last-line.js";

interface Options {
  readonly model: string;
  readonly batch: string;
  readonly prompt: number;
  readonly tokens: number;
  readonly engine: string;
  readonly runs: number;
  readonly repeats: number;
  readonly threads?: number;
  readonly peer: boolean;
  readonly json?: string | true;
}
const BASES: Readonly<Record<string, string>> = { smollm2: "SmolLM2-135M-Instruct" };
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function main(o: Options): Promise<void> {
  const name = BASES[o.model] ?? o.model;
  const { folder } = await resolveBase(name, { folder: process.cwd() });
  const python = o.peer ? (await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) })).python : "";
  const results: { readonly ours: GenerateResult[]; readonly peer: GenerateResult[] }[] = [];
  for (const batch of o.batch.split(",").map(Number)) {
    const row: (typeof results)[number] = { ours: [], peer: [] };
    results.push(row);
    const sizes = { batch, prompt: o.prompt, tokens: o.tokens, repeats: o.repeats };
    const given = JSON.stringify({ base: name, engine: o.engine, ...sizes, ...(o.threads && { threads: o.threads }) });
    const flags = Object.entries({ folder, ...sizes, ...(o.threads && { threads: o.threads }) });
    const peer = [path("../../bench/peers/torch_generate.py"), ...flags.flatMap(([k, v]) => [`--${k}`, String(v)])];
    for (let run = 0; run < o.runs; run++) {
      const ours = async (): Promise<number> =>
        row.ours.push(await lastLine<GenerateResult>(process.execPath, [path("./generate/ours.js"), given]));
      const theirs = async (): Promise<number> =>
        o.peer ? row.peer.push(await lastLine<GenerateResult>(python, peer)) : 0;
      // Alternates the order, so that neither program always runs on the warmer machine.
      for (const program of run % 2 ? [theirs, ours] : [ours, theirs]) await program();
    }
  }
  const kept = { processor: processor(), node: process.version, at: new Date().toISOString(), model: name, results };
  if (typeof o.json === "string") writeFileSync(o.json, `${JSON.stringify(kept, null, 1)}\n`);
  if (o.json === true) console.log(JSON.stringify(kept));
  else console.log(`${processor()}, Node ${process.version}: ${name}, greedy, f32\n${report(results)}`);
}

const HEAD = [
  ...["batch, prompt + tokens", "tokens/s (min – max)", "transformers (min – max)", "ratio", "same tokens"],
  ...["ms per step, by quarters", "transformers'", "prefill ms, theirs", "MiB, theirs"],
];

function report(
  results: readonly { readonly ours: readonly GenerateResult[]; readonly peer: readonly GenerateResult[] }[],
): string {
  const speeds = (of: readonly GenerateResult[]): number[] => of.map((r) => r.tokensPerSecond).sort((a, b) => a - b);
  const spread = (s: readonly number[]): string =>
    s.length ? `${median(s).toFixed(1)} (${s[0]!.toFixed(1)} – ${s.at(-1)!.toFixed(1)})` : "–";
  const both = (row: (typeof results)[number], of: (r: GenerateResult) => number): string =>
    [row.ours, row.peer]
      .map((list) => (list.length ? median(list.map(of).sort((a, b) => a - b)).toFixed(0) : "–"))
      .join(", ");
  const rows = results.map((row) => {
    const [ours, peer] = [row.ours.at(-1)!, row.peer.at(-1)];
    return [
      `${ours.batch}, ${ours.prompt} + ${ours.tokens}`,
      spread(speeds(row.ours)),
      spread(speeds(row.peer)),
      peer ? (median(speeds(row.ours)) / median(speeds(row.peer))).toFixed(2) : "–",
      peer ? sameness(ours.ids, peer.ids) : "–",
      ours.stepMs.join(" "),
      peer?.stepMs.join(" ") ?? "–",
      both(row, (r) => r.prefillMs),
      both(row, (r) => r.peakRssMiB),
    ];
  });
  return table(HEAD, rows);
}

/** Reports how many rows are equal, and the position of the first difference. */
function sameness(ours: GenerateResult["ids"], peer: GenerateResult["ids"]): string {
  const places = ours.map((row, r) => row.findIndex((token, i) => token !== peer[r]?.[i]));
  const other = places.filter((at) => at >= 0);
  return other.length === 0
    ? `${ours.length} of ${ours.length}`
    : `${ours.length - other.length} of ${ours.length}, first at ${Math.min(...other)}`;
}
/** Median of sorted values. */
function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
const command = new Command("tunebook bench generate")
  .description("greedy generation: tokens per second against transformers' generate, flatness, equality")
  .option("--model <name>", "smollm2, or any base", "smollm2")
  .option("--batch <sizes>", "texts at once, by commas", "1,8")
  .option("--prompt <tokens>", "tokens of each prompt", Number, 32)
  .option("--tokens <count>", "tokens that are written", Number, 64)
  .addOption(new Option("--engine <name>", "what computes").choices(["auto", ...ENGINE_NAMES]).default("auto"))
  .option("--runs <count>", "runs of each program", Number, 5)
  .option("--repeats <count>", "texts written per run, after one to warm up; the best counts", Number, 2)
  .option("--threads <count>", "threads of each program", Number)
  .option("--no-peer", "without transformers")
  .option("--json [file]", "one line of JSON, or where all results go");
await main(command.parse().opts<Options>());
