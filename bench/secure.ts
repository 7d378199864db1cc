/**
 * `tunebook bench secure [--clients 50] [--values 300000] [--drop 20%] [--runs 3] [--properties 10000]`: runs secure
 * sums with all parties in one process and messages as bytes. It reports seconds and bytes, and checks the sum against
 * that of the integers. Clients drop out after sharing their secrets, where it costs most. `--properties N`: checks
 * small sums with random clients, thresholds, drop-outs and vectors, with all the cryptography.
 */
import { randomInt } from "node:crypto";
import { Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { MaskingPhase } from "#kernel/features/federate/secure/codes.js";
import {
  fixedPointFor,
  fromFixedPoint,
  toFixedPoint,
  type WordBits,
} from "#kernel/features/federate/secure/fixed-point.js";
import { minSecureSumThreshold } from "#kernel/features/federate/secure/round.js";
import { computeSecureSum } from "#kernel/features/federate/secure/secure-sum.js";
import { processor } from "./finetune/report.js";
import { table } from "./table.js";

interface Options {
  readonly clients: number;
  readonly values: number;
  readonly drop: number;
  readonly runs: number;
  readonly properties: number;
}
const PARTS: readonly MaskingPhase[] = ["keys", "shares", "input", "agreement", "unmasking"];

/** Returns the expected sum per element. Integers are added, so the order does not matter. */
function wanted(
  vectors: readonly Float64Array[],
  summed: readonly number[],
  range: number,
  bits: WordBits,
): Float64Array {
  const fixed = fixedPointFor(range, vectors.length, bits);
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const client of summed) {
    const rounded = fromFixedPoint(toFixedPoint(vectors[client]!, fixed), { ...fixed, scale: 1 });
    for (let i = 0; i < sum.length; i++) sum[i]! += rounded[i]!;
  }
  return sum.map((value) => value / fixed.scale);
}

async function large(o: Options, bits: WordBits): Promise<readonly string[]> {
  const vectors = Array.from({ length: o.clients }, () =>
    Float64Array.from({ length: o.values }, () => 2 * Math.random() - 1),
  );
  const drops = new Map(
    Array.from({ length: Math.floor(o.clients * o.drop) }, (_, i) => [3 * i, "input" as MaskingPhase]),
  );
  const begun = performance.now();
  const found = await computeSecureSum(vectors, { range: 1, bits, drops });
  const seconds = (performance.now() - begun) / 1000;
  const right = wanted(vectors, found.summed, 1, bits);
  const exact = found.sum.every((value, i) => value === right[i]);
  const each = (bytes: number): string => `${(bytes / o.clients / 1e6).toFixed(3)} MB`;
  return [
    `${String(bits)} bits`,
    seconds.toFixed(2),
    String(found.summed.length),
    each(found.sent),
    each(found.received),
    exact ? "yes" : "NO",
  ];
}

/** Runs small sums: each must be right, or end with too few clients if too few remained. */
async function properties(count: number): Promise<string> {
  let given = 0;
  let ended = 0;
  for (let run = 0; run < count; run++) {
    const clients = randomInt(3, 8);
    const least = minSecureSumThreshold(clients);
    const threshold = randomInt(least, clients + 1);
    const bits = randomInt(2) === 0 ? 32 : 64;
    const values = randomInt(1, 6);
    const vectors = Array.from({ length: clients }, () =>
      Float64Array.from({ length: values }, () => 6 * Math.random() - 3),
    );
    const drops = new Map<number, MaskingPhase>();
    for (let i = 0; i < clients; i++) if (randomInt(6) === 0) drops.set(i, PARTS[randomInt(PARTS.length)]!);
    const stayed = clients - drops.size;
    try {
      const { sum, summed } = await computeSecureSum(vectors, { range: 3, threshold, bits, drops });
      if (stayed < threshold) throw new Error(`run ${String(run)}: a sum of too few`);
      const right = wanted(vectors, summed, 3, bits);
      if (!sum.every((value, i) => value === right[i])) throw new Error(`run ${String(run)}: a wrong sum`);
      given++;
    } catch (error) {
      if (!(error instanceof CodedError && error.code === "secure-survivors" && stayed < threshold)) throw error;
      ended++;
    }
  }
  return `${String(count)} small rounds: ${String(given)} exact sums, ${String(ended)} ended with too few clients, none wrong`;
}

async function main(o: Options): Promise<void> {
  console.log(`${processor()}, Node ${process.version}; ${String(o.clients)} clients × ${String(o.values)} values`);
  const rows: (readonly string[])[] = [];
  for (let run = 0; run < o.runs; run++) for (const bits of [32, 64] as const) rows.push(await large(o, bits));
  if (rows.length > 0)
    console.log(table(["whole numbers", "seconds", "summed", "sent, each", "received, each", "exact"], rows));
  if (o.properties > 0) console.log(await properties(o.properties));
  if (rows.some((row) => row.at(-1) !== "yes")) process.exitCode = 1;
}

const share = (text: string): number => (text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text));
const command = new Command("tunebook bench secure")
  .description("sums of masked vectors, all parties in one process")
  .option("--clients <count>", "who takes part", Number, 50)
  .option("--values <count>", "of each vector", Number, 300_000)
  .option("--drop <share>", "who drops out after sharing secrets", share, 0.2)
  .option("--runs <count>", "runs of the large sum", Number, 3)
  .option("--properties <count>", "small rounds that are drawn", Number, 0);
await main(command.parse().opts<Options>());
