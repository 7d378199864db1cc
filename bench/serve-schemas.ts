/**
 * `tunebook bench serve-schemas`: measures one client's request times while others send expensive JSON schemas,
 * compared with its times alone, alternating on the same server. The client requests short plain texts, then texts with
 * simple schemas, each a new one. The other clients share a separate key, or have one each (`--keys`). Prints medians
 * over the rounds; exit status 1 above the bound.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command, Option } from "commander";
import { keysFileLine } from "#kernel/features/serve/server/keys.js";
import { cacheFolder } from "#tools/python-env.mjs";
import { processor } from "./finetune/report.js";
import { broken, Driven, run, sum, small, texts, ours, Server } from "./serve/models.js";
import type { Ask, Came, Told } from "./serve/load.js";
import { asksHard, asksShort, asksSimple } from "./serve/schemas.js";
import { table } from "./table.js";

interface Options {
  readonly folder: string;
  readonly clients: number;
  readonly keys: number;
  readonly hard: "compile" | "write";
  readonly rounds: number;
  readonly seconds: number;
  readonly bound: number;
  readonly json?: string;
}
type Kind = "plain" | "schema";
interface Round {
  readonly quiet: Readonly<Record<Kind, Came>>;
  readonly loaded: Readonly<Record<Kind, Came>>;
  readonly others: Told;
}
const OWN = "bench-own-key";

async function main(o: Options): Promise<void> {
  const { folder } = await small(o.folder);
  const place = mkdtempSync(join(tmpdir(), "tunebook-serve-schemas-"));
  const keys = Array.from({ length: o.keys }, (_, i) => `bench-key-of-others-${String(i)}`);
  const file = join(place, "keys");
  writeFileSync(file, [OWN, ...keys].map(keysFileLine).join("\n"), { mode: 0o600 });
  const server = await Server.start(ours([folder], ["--api-keys-file", file]));
  const asks = { plain: asksShort(texts()), schema: asksSimple(4000) };
  const rounds: Round[] = [];
  try {
    // Triggers all one-time initialisation before measuring.
    await own(server, asks, o, 0);
    for (let round = 0; round < o.rounds; round++) rounds.push(await measured(server, { asks, keys, round }, o));
  } finally {
    await server.stop();
    rmSync(place, { recursive: true });
  }
  report(rounds, o);
  if (o.json !== undefined)
    writeFileSync(o.json, `${JSON.stringify({ at: new Date().toISOString(), o, rounds }, null, 1)}\n`);
}

async function measured(
  server: Server,
  { asks, keys, round }: { asks: Readonly<Record<Kind, readonly Ask[]>>; keys: readonly string[]; round: number },
  o: Options,
): Promise<Round> {
  const quiet = await own(server, asks, o, 2 * round + 1);
  const count = 500;
  const hard = asksHard(count * (round + 1), o.hard).slice(count * round);
  const load = { servers: [server.url], clients: o.clients, keys, seconds: 3600, warm: 0, asks: hard };
  const others = new Driven(load);
  let told: Told;
  let loaded: Readonly<Record<Kind, Came>>;
  try {
    await delay(2000);
    loaded = await own(server, asks, o, 2 * round + 2);
  } finally {
    told = await others.kill();
  }
  await delay(1000);
  for (const kind of ["plain", "schema"] as const)
    console.error(`${kind}: p95 ${ms(quiet[kind].p95)} alone, ${ms(loaded[kind].p95)} beside others`);
  return { quiet, loaded, others: told };
}

/** `part`: the section of the schemas to use, so that each schema is used once. */
async function own(
  server: Server,
  { plain, schema }: Readonly<Record<Kind, readonly Ask[]>>,
  o: Options,
  part: number,
): Promise<Readonly<Record<Kind, Came>>> {
  const common = { servers: [server.url], clients: 1, keys: [OWN], seconds: o.seconds, warm: 0.5 };
  const from = Math.floor((part * schema.length) / (2 * o.rounds + 1));
  const one = await run({ ...common, asks: plain });
  return { plain: one, schema: await run({ ...common, asks: [...schema.slice(from), ...schema.slice(0, from)] }) };
}

function report(rounds: readonly Round[], o: Options): void {
  const cores = `${String(availableParallelism())} cores`;
  console.log(
    `${processor()}, ${cores}, Node ${process.version}: ${String(o.clients)} clients with ${String(o.keys)} keys, hard to ${o.hard}`,
  );
  let over = false;
  const rows = (["plain", "schema"] as const).map((kind) => {
    const of = (read: (came: Came) => number, which: "quiet" | "loaded"): number =>
      median(rounds.map((round) => read(round[which][kind])));
    const [alone, beside] = [of(({ p95 }) => p95, "quiet"), of(({ p95 }) => p95, "loaded")];
    const each = rounds.map(({ quiet, loaded }) => loaded[kind].p95 / quiet[kind].p95);
    over ||= !(beside <= o.bound * alone);
    const broke = sum(rounds.flatMap(({ quiet, loaded }) => [broken(quiet[kind]), broken(loaded[kind])]));
    return [
      ...[kind, ms(of(({ p50 }) => p50, "quiet")), ms(of(({ p50 }) => p50, "loaded")), ms(alone), ms(beside)],
      ...[(beside / alone).toFixed(2), each.map((ratio) => ratio.toFixed(2)).join(", ")],
      ...[ms(Math.max(...rounds.map(({ loaded }) => loaded[kind].most))), String(broke)],
      String(sum(rounds.flatMap(({ loaded }) => loaded[kind].right))),
    ];
  });
  const head = [
    "requests",
    "p50",
    "p50 beside",
    "p95",
    "p95 beside",
    "ratio",
    "by round",
    "most beside",
    "broken",
    "answers beside",
  ];
  console.log(table(head, rows));
  const failed = rounds.flatMap(({ others }) => Object.entries(others.failed));
  const codes = [...new Set(failed.map(([code]) => code))];
  const counts = codes.map((code) => `${String(sum(failed.flatMap(([one, n]) => (one === code ? [n] : []))))} ${code}`);
  console.log(
    `others: ${[`${String(sum(rounds.flatMap(({ others }) => others.right)))} answers`, ...counts].join(", ")}`,
  );
  if (over) {
    console.log(`a p95 is more than ${String(o.bound)} times what it is alone`);
    process.exitCode = 1;
  }
}

const ms = (x: number): string => `${x.toFixed(x < 100 ? 1 : 0)} ms`;
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return (sorted.length % 2 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2) ?? NaN;
}

const command = new Command("tunebook bench serve-schemas")
  .description("a client's p95 beside others that send hard JSON schemas")
  .option("--folder <folder>", "where the model is made and kept", join(cacheFolder(), "bench-serve"))
  .option("--clients <count>", "others", Number, 32)
  .option("--keys <count>", "of the others", Number, 1)
  .addOption(
    new Option("--hard <what>", "what their schemas are hard to").choices(["compile", "write"]).default("compile"),
  )
  .option("--rounds <count>", "each alone and beside the others", Number, 5)
  .option("--seconds <count>", "of each measurement", Number, 2.5)
  .option("--bound <times>", "of what the p95 is alone", Number, 3)
  .option("--json <file>", "where all results go");
await main(command.parse().opts<Options>());
