/**
 * `tunebook bench serve`: compares serving by `tunebook serve` with common alternatives, for the quickstart's
 * classifier and a small text model. Alternatives are FastAPI with transformers (bench/serve/peers; `batching`: with
 * request batching), and llama.cpp's server for text. Servers alternate, one at a time, with the same clients
 * (`serve/load.ts`), which verify every response. Prints medians over the rounds with minimum and maximum, and ratios
 * per round. The clients' own CPU use is printed as well.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { cacheFolder, ensurePythonEnv } from "#tools/python-env.mjs";
import { processor } from "./finetune/report.js";
import {
  asksLabels,
  asksTexts,
  broken,
  run,
  sum,
  classifier,
  prompts,
  texts,
  TOKENS,
  writer,
  ours,
  peer,
  Server,
  type Program,
} from "./serve/models.js";
import type { Ask, Came } from "./serve/load.js";
import { table } from "./table.js";

const PEERS = ["fastapi", "batching", "llama", "llama-q8"] as const;
interface Options {
  readonly folder: string;
  readonly only?: "classify" | "write";
  readonly peers: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly warm: number;
  readonly clients: string;
  readonly streams: string;
  readonly tokens: number;
  readonly threads: number;
  readonly pool: number;
  readonly json?: string;
}
interface Contest {
  readonly title: string;
  readonly programs: Readonly<Record<string, Program>>;
  readonly clients: readonly number[];
  readonly asks: readonly Ask[];
}
/** `spent`: CPU seconds of the server per correct response; for text models per token. */
type Measured = Came & { readonly spent: number };
/** Results of the rounds, by program and number of clients. */
type Rounds = Readonly<Record<string, Readonly<Record<string, Measured[]>>>>;
const OURS = "tunebook";

async function main(o: Options): Promise<void> {
  const { python } = await ensurePythonEnv("serve", { onProgress: (line) => console.error(line) });
  const wanted = o.peers === "" ? [] : o.peers.split(",");
  const unknown = wanted.find((one) => !PEERS.some((known) => known === one));
  if (unknown !== undefined) throw new Error(`no peer ${unknown}; there are ${PEERS.join(", ")}`);
  const contests = [
    ...(o.only === "write" ? [] : [await classifying(python, wanted, o)]),
    ...(o.only === "classify" ? [] : [await writing(python, wanted, o)]),
  ];
  console.log(`${processor()}, Node ${process.version}, ${String(o.threads)} threads`);
  const kept: Record<string, Rounds> = {};
  for (const contest of contests) {
    const rounds = await contested(contest, o);
    kept[contest.title] = rounds;
    console.log(`\n${contest.title}\n${report(contest, rounds)}`);
  }
  if (o.json !== undefined)
    writeFileSync(
      o.json,
      `${JSON.stringify({ at: new Date().toISOString(), processor: processor(), node: process.version, kept }, null, 1)}\n`,
    );
}

async function classifying(python: string, wanted: readonly string[], o: Options): Promise<Contest> {
  const { folder, said } = await classifier(o.folder);
  const own = { folder, task: "classify", threads: o.threads, pool: o.pool };
  const all: Record<string, Program> = {
    fastapi: peer(python, "fastapi_transformers.py", own),
    batching: peer(python, "fastapi_transformers.py", { ...own, batch: 32 }),
  };
  const expected = said.map((label) => [label]);
  return {
    title: `the quickstart's classifier: ${String(said.length)} texts, one in each request`,
    programs: { [OURS]: ours([folder]), ...only(all, wanted) },
    clients: numbers(o.clients),
    asks: asksLabels(texts(), expected),
  };
}

async function writing(python: string, wanted: readonly string[], o: Options): Promise<Contest> {
  const { folder, gguf } = await writer(o.folder);
  const own = { folder, task: "write", threads: o.threads, pool: o.pool };
  const streams = numbers(o.streams);
  const most = Math.max(...streams);
  const llama = (file: string): Program => ({
    ...peer(python, "llama_cpp.py", { file, threads: o.threads, parallel: most, context: 128 + o.tokens }),
    fresh: true,
  });
  const all: Record<string, Program> = {
    fastapi: peer(python, "fastapi_transformers.py", own),
    batching: peer(python, "fastapi_transformers.py", { ...own, batch: most, wait: 5 }),
    llama: llama(gguf.f32),
    "llama-q8": llama(gguf.q8_0),
  };
  return {
    title: `SmolLM2-135M, f32 (llama-q8: 8 bits): ${String(o.tokens)} tokens of each text, streamed`,
    programs: { [OURS]: ours([folder]), ...only(all, wanted) },
    clients: streams,
    asks: asksTexts(prompts(), "writer", o.tokens),
  };
}

const numbers = (text: string): readonly number[] => text.split(",").map(Number);
const only = (all: Readonly<Record<string, Program>>, wanted: readonly string[]): Readonly<Record<string, Program>> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));

async function contested({ programs, clients, asks }: Contest, o: Options): Promise<Rounds> {
  const all = Object.keys(programs);
  const rounds = Object.fromEntries(
    all.map((name) => [name, Object.fromEntries(clients.map((n) => [n, [] as Measured[]]))]),
  );
  for (let round = 0; round < o.rounds; round++) {
    // Rotates the order, so that no program always runs on the warmest machine.
    const from = round % all.length;
    for (const name of [...all.slice(from), ...all.slice(0, from)]) {
      const server = await Server.start(programs[name]!);
      try {
        for (const [i, n] of clients.entries()) {
          // Starts with texts that this server has not received yet.
          const at = (i * asks.length) / clients.length;
          const turned = [...asks.slice(at), ...asks.slice(0, at)];
          const load = {
            servers: [server.url],
            clients: n,
            seconds: o.seconds,
            warm: o.warm,
            asks: turned,
            fresh: programs[name]!.fresh ?? false,
          };
          const before = server.cpu();
          const came = await run(load);
          const answers = sum(came.right) * (came.tokensPerSecond > 0 ? came.tokensPerSecond / came.perSecond : 1);
          rounds[name]![n]!.push({ ...came, spent: (server.cpu() - before) / answers });
          console.error(
            `${name}, ${String(n)}: ${came.perSecond.toFixed(1)}/s, p50 ${came.p50.toFixed(1)} ms, ${troubles(came)}`,
          );
        }
      } finally {
        await server.stop();
      }
    }
  }
  return rounds;
}

function troubles(came: Came): string {
  const { wrong, failed, examples } = came;
  if (broken(came) === 0) return "all right";
  const counts = [...Object.entries(failed), ...(wrong > 0 ? [["wrong", wrong] as const] : [])];
  return `${counts.map(([what, n]) => `${String(n)} ${what}`).join(", ")} (${examples[0] ?? ""})`;
}

function report({ clients, programs, asks }: Contest, rounds: Rounds): string {
  const text = asks[0]!.answered === "text";
  const rate = (came: Measured): number => (text ? came.tokensPerSecond : came.perSecond);
  const rows = clients.flatMap((n) =>
    Object.keys(programs).map((name) => {
      const [own, other] = [rounds[OURS]![n]!, rounds[name]![n]!];
      const ratio = (of: (came: Measured) => number): string =>
        name === OURS
          ? ""
          : spread(
              own.map((came, round) => of(came) / of(other[round]!)),
              2,
            );
      return [
        ...[`${String(n)} ${name}`, spread(other.map(rate), 1), ratio(rate)],
        ...[
          spread(
            other.map(({ p50 }) => p50),
            1,
          ),
          ratio(({ p50 }) => p50),
        ],
        ...[
          spread(
            other.map(({ p99 }) => p99),
            1,
          ),
          ratio(({ p99 }) => p99),
        ],
        spread(
          other.map(({ spent }) => spent * 1e3),
          1,
        ),
        ...(text
          ? [
              spread(
                other.map(({ first }) => first),
                0,
              ),
              sameTexts(own, other),
            ]
          : []),
        String(sum(other.map(broken))),
        `${((100 * Math.max(...other.map(({ cores }) => cores))) / availableParallelism()).toFixed(1)} %`,
      ];
    }),
  );
  const head = [
    ...["clients", text ? "tokens/s" : "requests/s", "ours/its", "p50 ms", "ours/its", "p99 ms", "ours/its"],
    text ? "CPU ms a token" : "CPU ms a request",
    ...(text ? ["first ms", "texts as ours"] : []),
    ...["broken", "clients' share of the processor"],
  ];
  return table(head, rows);
}

/** Counts equal texts among those that both servers produced. */
function sameTexts(own: readonly Came[], other: readonly Came[]): string {
  const [mine, theirs] = [own, other].map(
    (all) => Object.assign({}, ...all.map((came) => came.texts)) as Came["texts"],
  );
  const both = Object.keys(mine!).filter((body) => body in theirs!);
  return `${String(both.filter((body) => mine![body] === theirs![body]).length)} of ${String(both.length)}`;
}
function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const shown = (x: number): string => (Number.isFinite(x) ? x.toFixed(digits) : "–");
  return sorted.length > 1 ? `${shown(median)} (${shown(sorted[0]!)} – ${shown(sorted.at(-1)!)})` : shown(median);
}

const command = new Command("tunebook bench serve")
  .description("requests and tokens per second, beside FastAPI with transformers and llama.cpp's server")
  .option("--folder <folder>", "where the models are made and kept", join(cacheFolder(), "bench-serve"))
  .addOption(new Option("--only <what>", "one of both").choices(["classify", "write"]))
  .option("--peers <names>", `by commas, of ${PEERS.join(", ")}; "": none`, "fastapi,batching,llama")
  .option("--rounds <count>", "starts of each server", Number, 5)
  .option("--seconds <count>", "of each measurement", Number, 20)
  .option("--warm <count>", "seconds before each that don't count", Number, 3)
  .option("--clients <counts>", "who ask the classifier at once", "1,8,64")
  .option("--streams <counts>", "texts at once", "1,8")
  .option("--tokens <count>", "of each text", Number, TOKENS)
  .option("--threads <count>", "of the peers; ours takes the processor's", Number, availableParallelism())
  .option("--pool <count>", "requests that FastAPI's endpoints compute at once", Number, 1)
  .option("--json <file>", "where all results go");
await main(command.parse().opts<Options>());
