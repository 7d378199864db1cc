/**
 * Chooses among the native engines for `auto`: the one with the highest expected rate, which is its measured matrix
 * products times the share that a step reaches.
 */
import type { EngineName } from "./engine.js";
import { engines } from "./engines.js";
import type { MachineSpeedRecord } from "./machine-record.js";
import type { EngineWork } from "./engine-work.js";

export interface EngineChoice {
  readonly engine: EngineName;
  /** A sentence with both numbers, or with what was not measured. */
  readonly why: string;
}

const NO_OTHER = "no other native engine computes bf16";

/**
 * `all`: available engines, at least one, in order of preference without measurements. Work defaults to training few
 * weights.
 */
export function chooseEngine(
  all: readonly EngineName[],
  record: MachineSpeedRecord | null,
  { trains = "few", precision = "f32", answers }: EngineWork = {},
): EngineChoice {
  const able = all.filter((name) => precision !== "bf16" || !engines[name].lacksBf16);
  const available = able.length > 0 ? able : all;
  const [first, ...others] = available;
  if (!first) throw new Error("no engine to choose from");
  if (others.length === 0 && all.length > 1) return { engine: first, why: NO_OTHER };
  if (others.length === 0) return { engine: first, why: "it is the only native engine here" };
  const share = (engine: EngineName): number | undefined => engines[engine].utilisation?.[answers ? "answers" : trains];
  const speed = (engine: EngineName): number | undefined => {
    const products = record?.engines[engine];
    const peak = precision === "bf16" ? products?.bf16 : products?.f32;
    const reached = share(engine);
    return peak === undefined || reached === undefined ? undefined : peak * reached;
  };
  const known = available.flatMap((engine) => {
    const expected = speed(engine);
    return expected === undefined ? [] : [{ engine, expected }];
  });
  if (precision === "bf16" && known.length === 1) return { engine: known[0]!.engine, why: NO_OTHER };
  if (known.length < available.length) {
    // Assumes equal matrix products.
    const engine = available.reduce((best, one) => ((share(one) ?? 0) > (share(best) ?? 0) ? one : best), first);
    return { engine, why: "it was the fastest where both were measured; tunebook setup measures them on this machine" };
  }
  known.sort((a, b) => b.expected - a.expected);
  const [best, rest] = [known[0]!, known.slice(1)];
  const otherEngines = rest.map(({ engine, expected }) => `${engine} at ${expected.toFixed(0)}`).join(", ");
  const what = answers ? "a batch of answers" : "a training step";
  const why = `${what} is expected at ${best.expected.toFixed(0)} GFLOP/s on it and with ${otherEngines}, by what setup measured here`;
  return { engine: best.engine, why };
}
