/**
 * `tunebook bench serve-long`: runs ten minutes at full load, with clients of a classifier and of a text model at the
 * same time. No response may be lost. It reports memory (resident, of the server and its child processes) per minute,
 * and its growth from the second to the last minute. `--seconds 20` runs a short test, whose sixths replace the
 * minutes.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { cacheFolder } from "#tools/python-env.mjs";
import { processor } from "./finetune/report.js";
import {
  asksLabels,
  asksTexts,
  broken,
  Driven,
  sum,
  classifier,
  prompts,
  texts,
  TOKENS,
  writer,
  ours,
  Server,
} from "./serve/models.js";
import { table } from "./table.js";

interface Options {
  readonly folder: string;
  readonly seconds: number;
  readonly clients: number;
  readonly streams: number;
  readonly tokens: number;
  readonly json?: string;
}
interface Sample {
  readonly at: number;
  /** MiB. */
  readonly server: number;
  readonly others: number;
}

async function main(o: Options): Promise<void> {
  const mood = await classifier(o.folder);
  const folders = [mood.folder, ...(o.streams > 0 ? [(await writer(o.folder)).folder] : [])];
  const server = await Server.start(ours(folders));
  try {
    const common = { servers: [server.url], seconds: o.seconds, warm: 0 };
    const expected = mood.said.map((label) => [label]);
    const loads = [
      ...(o.clients > 0
        ? [new Driven({ ...common, clients: o.clients, asks: asksLabels(texts(), expected, "mood") })]
        : []),
      ...(o.streams > 0
        ? [new Driven({ ...common, clients: o.streams, asks: asksTexts(prompts(), "writer", o.tokens) })]
        : []),
    ];
    const samples: Sample[] = [];
    const begun = performance.now();
    let over = false;
    const all = Promise.all(loads.map(({ came }) => came)).finally(() => (over = true));
    while (!over) {
      const memory = server.memory();
      const own = memory.get(server.pid) ?? 0;
      samples.push({ at: (performance.now() - begun) / 1e3, server: own, others: sum(memory.values()) - own });
      await Promise.race([delay(Math.min(5000, o.seconds * 20)), all]);
    }
    const came = await all;
    tell(o, { samples, came, cut: await server.stop() });
  } finally {
    await server.stop();
  }
}

function tell(
  o: Options,
  { samples, came, cut }: { samples: readonly Sample[]; came: readonly Awaited<Driven["came"]>[]; cut: number | null },
): void {
  const minutes = o.seconds >= 120 ? Math.floor(o.seconds / 60) : 6;
  const each = o.seconds / minutes;
  const rows = Array.from({ length: minutes }, (_, i) => {
    const inside = samples.filter(({ at }) => at >= i * each && at < (i + 1) * each);
    const of = (read: (sample: Sample) => number): number => median(inside.map(read));
    return { server: of(({ server }) => server), others: of(({ others }) => others) };
  });
  const whole = ({ server, others }: (typeof rows)[number]): number => server + others;
  const head = [o.seconds >= 120 ? "minute" : `${each.toFixed(1)} s`, "server, MiB", "engine, MiB", "together"];
  console.log(`${processor()}, Node ${process.version}: ${String(o.clients)} clients, ${String(o.streams)} streams`);
  console.log(
    table(
      head,
      rows.map((row, i) => [String(i + 1), ...[row.server, row.others, whole(row)].map((mib) => mib.toFixed(0))]),
    ),
  );
  const [second, last] = [rows[1]!, rows.at(-1)!].map(whole);
  console.log(`from the second to the last: ${((100 * (last! - second!)) / second!).toFixed(1)} %`);
  for (const one of came) {
    const { right, wrong, failed, perSecond, p50, p99, tokensPerSecond, cores, examples } = one;
    const rate = tokensPerSecond > 0 ? `, ${tokensPerSecond.toFixed(1)} tokens/s` : "";
    const share = `clients' share of the processor ${((100 * cores) / availableParallelism()).toFixed(1)} %`;
    console.log(
      `${String(sum(right))} right answers, ${String(broken(one))} broken; ${perSecond.toFixed(1)}/s${rate}, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; ${share}`,
    );
    if (broken(one) > 0) console.log(JSON.stringify({ wrong, failed, examples }, null, 1));
  }
  console.log(`the server's exit status: ${String(cut)}`);
  if (o.json !== undefined)
    writeFileSync(o.json, `${JSON.stringify({ at: new Date().toISOString(), rows, samples, came, cut }, null, 1)}\n`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

const command = new Command("tunebook bench serve-long")
  .description("ten minutes at full load: lost answers, and memory")
  .option("--folder <folder>", "where the models are made and kept", join(cacheFolder(), "bench-serve"))
  .option("--seconds <count>", "how long", Number, 600)
  .option("--clients <count>", "who ask the classifier at once", Number, 32)
  .option("--streams <count>", "texts at once; 0: no model that writes", Number, 4)
  .option("--tokens <count>", "of each text", Number, TOKENS)
  .option("--json <file>", "where all results go");
await main(command.parse().opts<Options>());
