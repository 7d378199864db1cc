/**
 * The measured servers: Tunebook by its command, peers by their programs (`bench/serve/peers`), each on a separate
 * port.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { request } from "undici";

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
