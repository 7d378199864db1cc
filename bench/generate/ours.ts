/**
 * Runs generation once with Tunebook: the greedy loop of `predict` over the model's weights, without a stop token.
 * Prints one line of JSON with the keys of `peers/torch_generate.py`.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { readFileSync } from "node:fs";
import { resolveBase } from "#kernel/bases/resolve.js";
import type { EngineOptions } from "#kernel/engines/engine.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { generateTexts } from "#kernel/inference/generate.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { full } from "#stdlib/techniques/full.js";
import { greedy } from "#stdlib/decoders/greedy.run.js";

/** Prompts computed identically by the peer: token ids derived from row and position. */
export function prompt(row: number, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => 1000 + (((row * length + i) * 7919) % 30000));
}

export interface Setting {
  readonly base: string;
  readonly batch: number;
  readonly prompt: number;
  readonly tokens: number;
  readonly repeats: number;
  readonly engine: EngineOptions["engine"];
  readonly threads?: number;
}
export interface GenerateResult {
  readonly program: string;
  readonly batch: number;
  readonly prompt: number;
  readonly tokens: number;
  /** New tokens of all rows per second, including the prefill; the best of the repeats. */
  readonly tokensPerSecond: number;
  readonly prefillMs: number;
  /** Median time of a step (one token per row) in each quarter of the tokens, in order. */
  readonly stepMs: readonly number[];
  readonly loadSeconds: number;
  readonly peakRssMiB: number;
  /** Generated token ids per row. */
  readonly ids: readonly (readonly number[])[];
}

async function run(s: Setting): Promise<GenerateResult> {
  const base = await resolveBase(s.base, { folder: process.cwd() });
  const family = await implementationOf(registry, "model", base.facts.family);
  const config = family.config(base.facts.config);
  const programs = buildGenerationPrograms({
    family,
    config,
    technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
    prefixInCheckpoint: Object.keys(base.facts.shapes).some((name) => name.startsWith(family.prefix)),
    tensors: base.facts.shapes,
    seed: 0,
  });
  const begun = performance.now();
  const engine = await startEngine({ engine: s.engine, ...(s.threads !== undefined && { threads: s.threads }) });
  try {
    const session = await engine.open({ ...programs }, [base.folder]);
    const loadSeconds = (performance.now() - begun) / 1e3;
    const decoder = { call: { kind: "decoder", word: "greedy", arguments: {} }, implementation: greedy };
    const { vocabulary, positions } = family.sizes(config);
    const prompts = Array.from({ length: s.batch }, (_, row) => prompt(row, s.prompt));
    const options = { decoder, vocabulary, positions, ends: new Set<number>(), padId: 0, maxTokens: s.tokens };
    let best: readonly number[] | undefined;
    let ids: readonly (readonly number[])[] = [];
    for (let repeat = 0; repeat <= s.repeats; repeat++) {
      const times = [performance.now()];
      for await (const grown of generateTexts(session, prompts, options)) {
        times.push(performance.now());
        ids = grown.map(({ text }) => [...text.tokens]);
      }
      const whole = (t: readonly number[]): number => t.at(-1)! - t[0]!;
      // The first repeat is a warm-up.
      if (repeat > 0 && (!best || whole(times) < whole(best))) best = times;
    }
    const [start, first, ...rest] = best!;
    const steps = rest.map((t, i) => t - (i === 0 ? first! : rest[i - 1]!));
    const quarter = Math.ceil(steps.length / 4);
    return {
      program: engine.info.title,
      batch: s.batch,
      prompt: s.prompt,
      tokens: s.tokens,
      tokensPerSecond: round((s.batch * s.tokens) / ((best!.at(-1)! - start!) / 1e3), 1),
      prefillMs: round(first! - start!, 1),
      stepMs: [0, 1, 2, 3].map((q) => round(median(steps.slice(q * quarter, (q + 1) * quarter)), 2)),
      loadSeconds: round(loadSeconds, 1),
      peakRssMiB: peakRss(process.pid) + peakRss(engine.info.pid),
      ids,
    };
  } finally {
    await engine.close();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
/** Peak resident memory so far; 0 where the system does not report it. */
function peakRss(pid: number): number {
  try {
    const kib = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as Setting)));
