/**
 * `tunebook bench serve-signals`: measures requests under constant load while a server is replaced, changed or damaged.
 *
 * - `term`: a second server is started and the first gets SIGTERM, repeatedly. Clients use a server until it refuses a
 *   connection, before anything is sent; every request that was sent must be answered.
 * - `replace`: another model of the same name replaces the folder, then SIGHUP. Each response must be from one of the
 *   two
 *   models. It reports the time until the new one responds.
 * - `kill`: the engine's process gets SIGKILL. Requests may fail with 503 and a code meanwhile, and in no other way. It
 *   reports the time until responses are right again.
 */
import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { cacheFolder } from "#tools/python-env.mjs";
import { processor } from "./finetune/report.js";
import { asksLabels, broken, Driven, sum, classifier, texts, freePort, ours, Server } from "./serve/models.js";
import type { Ask, Came, Told } from "./serve/load.js";

interface Options {
  readonly folder: string;
  readonly times: number;
  readonly clients: number;
  readonly pause: number;
  readonly only: string;
}
/** Durations in seconds, one per repetition. */
type Times = readonly number[];

async function main(o: Options): Promise<void> {
  const [first, second] = [await classifier(o.folder), await classifier(o.folder, true)];
  const all = texts();
  const one = first.said.map((label) => [label]);
  const both = first.said.map((label, i) => [label, second.said[i]!]);
  console.log(`${processor()}, Node ${process.version}: ${String(o.clients)} clients of the quickstart's classifier`);
  const wanted = o.only.split(",");
  if (wanted.includes("term")) {
    const { came, seconds } = await terminated(o, first.folder, asksLabels(all, one));
    told("SIGTERM", o.times, came, `a server ended ${spread(seconds)} s after its signal`);
  }
  if (wanted.includes("replace")) {
    const { came, seconds } = await replaced(o, [first.folder, second.folder], asksLabels(all, both));
    told("SIGHUP", o.times, came, `the new model spoke ${spread(seconds)} s after it`);
  }
  if (wanted.includes("kill")) {
    const { came, seconds } = await killed(o, first.folder, asksLabels(all, one));
    const coded = sum(Object.entries(came.failed).map(([what, n]) => (/^503 (?!without)/.test(what) ? n : 0)));
    told(
      "engine killed",
      o.times,
      { ...came, failed: without503(came.failed) },
      `back ${spread(seconds)} s after it, ${String(coded)} requests had a 503 with a code (${Object.keys(came.failed).join(", ")})`,
    );
  }
}

async function terminated(o: Options, folder: string, asks: readonly Ask[]) {
  const ports = [];
  for (let i = 0; i <= o.times; i++) ports.push(await freePort());
  const servers = ports.map((port) => `http://127.0.0.1:${String(port)}`);
  let now = await Server.start(ours([folder]), { port: ports[0]! });
  const load = new Driven({ servers, clients: o.clients, seconds: 3600, warm: 0, asks });
  const seconds: number[] = [];
  try {
    for (let i = 1; i <= o.times; i++) {
      const next = await Server.start(ours([folder]), { port: ports[i]! });
      await delay(o.pause * 1e3);
      const begun = performance.now();
      const ended = now.stop();
      // The second server responds meanwhile.
      const status = await ended;
      seconds.push((performance.now() - begun) / 1e3);
      if (status !== 0) console.log(`a server ended with ${String(status)}:\n${now.output}`);
      now = next;
    }
    return { came: await load.stop(), seconds };
  } finally {
    await now.stop();
  }
}

async function replaced(o: Options, folders: readonly string[], asks: readonly Ask[]) {
  const place = mkdtempSync(join(tmpdir(), "tunebook-serve-"));
  const link = join(place, "mood");
  const put = (folder: string): void => {
    // Replaces the link atomically, as a deployment does.
    symlinkSync(folder, `${link}.next`);
    renameSync(`${link}.next`, link);
  };
  put(folders[0]!);
  const server = await Server.start(ours([link]));
  const load = new Driven({ servers: [server.url], clients: o.clients, seconds: 3600, warm: 0, asks });
  const seconds: number[] = [];
  try {
    for (let i = 1; i <= o.times; i++) {
      await delay(o.pause * 1e3);
      put(folders[i % 2]!);
      const spoken = load.told.right[i % 2] ?? 0;
      const begun = performance.now();
      server.signal("SIGHUP");
      await seen(() => (load.told.right[i % 2] ?? 0) > spoken, `the new model\n${server.output}`, load);
      seconds.push((performance.now() - begun) / 1e3);
      // Waits until no response of the old model is pending, so that the next change can be detected.
      await settled(load, (i + 1) % 2);
    }
    return { came: await load.stop(), seconds };
  } finally {
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

async function killed(o: Options, folder: string, asks: readonly Ask[]) {
  const server = await Server.start(ours([folder]));
  const load = new Driven({ servers: [server.url], clients: o.clients, seconds: 3600, warm: 0, asks });
  const seconds: number[] = [];
  try {
    for (let i = 1; i <= o.times; i++) {
      await delay(o.pause * 1e3);
      // The child process with the most memory is the engine.
      const [engine] = [...server.memory()].filter(([id]) => id !== server.pid).sort((a, b) => b[1] - a[1]);
      if (!engine) throw new Error("the server has no engine's process");
      const begun = performance.now();
      process.kill(engine[0], "SIGKILL");
      await seen(() => !existsSync(`/proc/${String(engine[0])}/exe`), "the end of the engine", load);
      await delay(100);
      const right = sum(load.told.right);
      await seen(() => sum(load.told.right) > right, `an answer\n${server.output}`, load);
      seconds.push((performance.now() - begun) / 1e3);
    }
    return { came: await load.stop(), seconds };
  } finally {
    await server.stop();
  }
}

/** Waits until `look` returns true, at most 60 seconds. */
async function seen(look: () => boolean, what: string, load: Driven): Promise<void> {
  for (const end = performance.now() + 60_000; !look(); await delay(10))
    if (performance.now() > end) throw new Error(`${what} did not come; ${JSON.stringify(load.told)}`);
}
/** Waits until no response has come from that model for a while. */
async function settled(load: Driven, model: number): Promise<void> {
  for (let [before, quiet] = [-1, 0]; quiet < 5; await delay(60)) {
    const now = load.told.right[model] ?? 0;
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

const without503 = (failed: Told["failed"]): Told["failed"] =>
  Object.fromEntries(Object.entries(failed).filter(([what]) => !/^503 (?!without)/.test(what)));

function told(what: string, times: number, came: Came, more: string): void {
  console.log(
    `${what}, ${String(times)} times: ${String(sum(came.right))} right answers, ${String(broken(came))} broken; ${more}`,
  );
  if (broken(came) > 0)
    console.log(JSON.stringify({ wrong: came.wrong, failed: came.failed, examples: came.examples }, null, 1));
}
function spread(times: Times): string {
  const sorted = [...times].sort((a, b) => a - b);
  const shown = (x = NaN): string => x.toFixed(2);
  return `${shown(sorted[sorted.length >> 1])} (${shown(sorted[0])} – ${shown(sorted.at(-1))})`;
}

const command = new Command("tunebook bench serve-signals")
  .description("SIGTERM, new models and dead engines under load: broken answers, and how long each takes")
  .option("--folder <folder>", "where the models are made and kept", join(cacheFolder(), "bench-serve"))
  .option("--times <count>", "of each", Number, 20)
  .option("--clients <count>", "who ask at once", Number, 16)
  .option("--pause <seconds>", "between two", Number, 1)
  .option("--only <what>", "by commas, of term, replace, kill", "term,replace,kill");
await main(command.parse().opts<Options>());
