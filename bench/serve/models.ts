/**
 * Models for the serving benchmarks: the quickstart's classifier, twice, and SmolLM2 after a few updates. The second
 * classifier has other label names, so that a response shows which one produced it. Each is a folder that transformers
 * also opens; SmolLM2 is also exported as GGUF files. They are created once per folder and reused.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { plainHostContext } from "#kernel/host/host-context.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { spawn, type ChildProcess, fork } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { request } from "undici";
import type { Ask, Came, Load, Told } from "./load.js";

const DATA = fileURLToPath(new URL("../../../notebooks/data/sentiment.csv", import.meta.url));
export const TOKENS = 64;
const RENAMED = { positive: "good", negative: "poor" } as const;

export interface Labelled {
  readonly folder: string;
  /** The notebook's prediction for each of the quickstart's test texts. */
  readonly said: readonly string[];
}
export interface Written {
  readonly folder: string;
  readonly gguf: { readonly f32: string; readonly q8_0: string };
}
interface Row {
  readonly text: string;
  readonly label: keyof typeof RENAMED;
  readonly part: string;
}
const rows = (): readonly Row[] => parse(readFileSync(DATA), { columns: true });

/** The test texts of the quickstart: one to more than sixty words. */
export const texts = (): readonly string[] => rows().flatMap(({ text, part }) => (part === "test" ? [text] : []));
/** One prompt per quickstart text, so that none repeats in a measurement. */
export const prompts = (): readonly string[] =>
  rows().map(({ text }) => `Review: ${text.split(" ").slice(0, 40).join(" ")}\nWhat the reviewer means is that`);

const CLASSIFIER = `model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8), max_length: 128 }
recipe quick { epochs: 3, batch_size: 32, optimizer: adamw(learning_rate: 2e-3), seed: 0 }
train mood on reviews with quick
deploy mood to huggingface("FOLDER", weights: merged)`;
const reviews = (file: string): string => `data reviews {
  source: csv("${file}"), columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates], split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}`;

/** `renamed`: with the labels of the second classifier. */
export async function classifier(folder: string, renamed = false): Promise<Labelled> {
  const name = renamed ? "mood-renamed" : "mood";
  return once<Labelled>(folder, name, async (session) => {
    const own = rows().map(({ text, label, part }) => ({ text, part, label: renamed ? RENAMED[label] : label }));
    writeFileSync(join(folder, `${name}.jsonl`), own.map((row) => JSON.stringify(row)).join("\n"));
    const data = reviews(`${name}.jsonl`).replace("csv(", "jsonl(");
    await session.run(`${data}\n${CLASSIFIER.replace("FOLDER", name)}`);
    const predicted = await session
      .model("mood")
      .predict<{ readonly text: string; readonly label: string }>([...texts()]);
    return { folder: join(folder, name), said: predicted.map(({ label }) => label) };
  });
}

export async function writer(folder: string, base = "SmolLM2-135M-Instruct"): Promise<Written> {
  return once<Written>(folder, "writer", async (session) => {
    cpSync(DATA, join(folder, "sentiment.csv"));
    await session.run(`data reviews { source: csv("sentiment.csv"), columns: { text: text }, split: by_column(part), allow: { near-leak: "alike" } }
model writer { base: "${base}", task: text_generation, technique: lora(rank: 8), max_length: 64 }
train writer on reviews { steps: 2, batch_size: 4, optimizer: adamw(learning_rate: 1e-4), seed: 0 }
deploy writer to huggingface("writer", weights: merged)
deploy writer to gguf("writer.gguf", quantize: f32)
deploy writer to gguf("writer-q8.gguf", quantize: q8_0)`);
    const gguf = { f32: join(folder, "writer.gguf"), q8_0: join(folder, "writer-q8.gguf") };
    return { folder: join(folder, "writer"), gguf };
  });
}

/** Two layers over 2,000 tokens, from scratch: its text is meaningless and takes a millisecond. */
export async function small(folder: string): Promise<{ readonly folder: string }> {
  return once(folder, "small", async (session) => {
    cpSync(DATA, join(folder, "sentiment.csv"));
    await session.run(`data reviews { source: csv("sentiment.csv"), columns: { text: text }, split: by_column(part), allow: { near-leak: "alike" } }
model small { architecture: gpt2(layers: 2, hidden: 64, heads: 4), tokenizer: bpe(vocabulary: 2_000), task: text_generation, max_length: 256 }
train small on reviews { steps: 2, batch_size: 4, seed: 0 }
deploy small to huggingface("small")`);
    return { folder: join(folder, "small") };
  });
}

interface Session {
  run(text: string): Promise<void>;
  model(name: string): ModelHandle;
}
/** Returns the result of `make`, stored as NAME.json next to its files. */
async function once<T>(folder: string, name: string, make: (session: Session) => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const kept = join(folder, `${name}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as T;
  process.stderr.write(`making ${name} in ${folder}\n`);
  const values = new Map<string, unknown>();
  const session = new TuneSession({
    folder,
    runs: join(folder, "runs"),
    names: { define: (key, value) => void values.set(key, value), remove: (key) => void values.delete(key) },
  });
  try {
    const made = await make({
      run: async (text) => {
        const screen = { display: () => undefined, update: () => undefined };
        await session.run({ id: name, title: name, text }, { screen, hostContext: plainHostContext(folder) });
      },
      model: (key) => values.get(key) as ModelHandle,
    });
    writeFileSync(kept, JSON.stringify(made, null, 1));
    return made;
  } finally {
    await session.close();
  }
}

/**
 * The measured servers: Tunebook by its command, peers by their programs (`bench/serve/peers`), each on a separate
 * port.
 */
const peers = new URL("../../../bench/serve/peers/", import.meta.url);
const cli = fileURLToPath(new URL("../../kernel/apps/cli/main.js", import.meta.url));

export interface Program {
  readonly command: string;
  args(port: number): readonly string[];
  /** Path that returns 200 once the server is ready. */
  readonly ready: string;
  /** Whether it closes connections after a stream without announcing it. */
  readonly fresh?: boolean;
}

export function ours(folders: readonly string[], more: readonly string[] = []): Program {
  // `--quiet`, since peers print no line per request either.
  const args = (port: number): readonly string[] => [
    ...[cli, "serve", ...folders, "--port", String(port), "--quiet"],
    ...more,
  ];
  return { command: process.execPath, args, ready: "/ready" };
}
export function peer(python: string, script: string, o: Readonly<Record<string, string | number>>): Program {
  const flags = Object.entries(o).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const args = (port: number): readonly string[] => [
    fileURLToPath(new URL(script, peers)),
    ...flags,
    ...["--port", String(port)],
  ];
  return { command: python, args, ready: "/health" };
}

export class Server {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly said: () => string,
  ) {}

  get pid(): number {
    return this.child.pid!;
  }

  /** Starts a server and waits until it is ready. */
  static async start(program: Program, o: { readonly port?: number; readonly seconds?: number } = {}): Promise<Server> {
    const port = o.port ?? (await freePort());
    const env = { ...process.env, HF_HUB_OFFLINE: "1", TRANSFORMERS_VERBOSITY: "error", PYTHONWARNINGS: "ignore" };
    const child = spawn(program.command, program.args(port), { stdio: ["ignore", "pipe", "pipe"], env });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    const server = new Server(`http://127.0.0.1:${String(port)}`, child, () => said);
    const until = performance.now() + (o.seconds ?? 180) * 1e3;
    while (!(await server.answers(program.ready))) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > until) {
        await server.kill();
        throw new Error(`${program.args(port).join(" ")} is not ready:\n${said}`);
      }
      await delay(50);
    }
    return server;
  }

  private async answers(path: string): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.url}${path}`, { headersTimeout: 2000, reset: true });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
  get output(): string {
    return this.said();
  }

  /** Sends SIGTERM and returns the exit status. After `seconds` it kills the server and returns null. */
  async stop(seconds = 30): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = new Promise<number | null>((done) => this.child.once("exit", done));
    this.child.kill("SIGTERM");
    const killer = setTimeout(() => this.child.kill("SIGKILL"), seconds * 1e3);
    const status = await ended;
    clearTimeout(killer);
    return status;
  }
  private async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGKILL");
    await ended;
  }

  /** Ids of the server and all its descendants, from /proc. */
  processes(): readonly number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
      const parent = statusOf(name, /^PPid:\s*(\d+)/m);
      if (parent !== null) parents.set(Number(name), parent);
    }
    const all = [this.pid];
    for (const id of all) all.push(...[...parents].flatMap(([child, parent]) => (parent === id ? [child] : [])));
    return all;
  }
  /** CPU seconds of all living processes. */
  cpu(): number {
    return this.processes().reduce((all, id) => all + secondsOf(id), 0);
  }
  /** Resident memory in MiB, per process. */
  memory(): ReadonlyMap<number, number> {
    return new Map(this.processes().map((id) => [id, (statusOf(String(id), /^VmRSS:\s*(\d+)/m) ?? 0) / 1024]));
  }
}

function statusOf(id: string, line: RegExp): number | null {
  try {
    const found = line.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null; // the process has ended
  }
}

/** User and system time; Linux counts hundredths of a second. */
function secondsOf(id: number): number {
  try {
    const stat = readFileSync(`/proc/${String(id)}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0; // the process has ended
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts loads (`./load.ts`), and defines the requests to the models of `./models.ts`. */
export class Driven {
  private told_: Told = { right: [], wrong: 0, failed: {} };
  readonly came: Promise<Came>;
  private readonly child: ChildProcess;

  constructor(load: Load) {
    this.child = fork(fileURLToPath(new URL("./load.js", import.meta.url)), {
      // Figures may be NaN, which only the advanced serialization preserves.
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      serialization: "advanced",
    });
    this.came = new Promise((done, failed) => {
      this.child.on("message", (message: { readonly told?: Told; readonly came?: Came }) => {
        if (message.told) this.told_ = message.told;
        if (message.came) done(message.came);
      });
      this.child.once("exit", (code, signal) => failed(new Error(`the load ended early: ${String(code ?? signal)}`)));
    });
    this.child.send(load);
  }

  get told(): Told {
    return this.told_;
  }
  stop(): Promise<Came> {
    this.child.send("stop");
    return this.came;
  }
  /** Closes all connections and returns the last report. */
  async kill(): Promise<Told> {
    this.child.kill("SIGKILL");
    await this.came.catch(() => undefined);
    return this.told;
  }
}

export const run = (load: Load): Promise<Came> => new Driven(load).came;

export const sum = (of: Iterable<number>): number => [...of].reduce((all, one) => all + one, 0);
/** Number of wrong and failed responses. */
export const broken = ({ wrong, failed }: Told): number => wrong + sum(Object.values(failed));

export function asksLabels(
  texts: readonly string[],
  expected: readonly (readonly string[])[],
  model?: string,
): readonly Ask[] {
  return texts.map((inputs, i) => ({
    path: "/predict",
    body: JSON.stringify({ inputs, ...(model !== undefined && { model }) }),
    answered: "label",
    expected: expected[i]!,
  }));
}

export function asksTexts(prompts: readonly string[], model: string, tokens: number): readonly Ask[] {
  return prompts.map((prompt) => ({
    path: "/v1/completions",
    body: JSON.stringify({
      model,
      prompt,
      max_tokens: tokens,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    }),
    answered: "text",
    expected: null,
  }));
}
