/**
 * A worker process on this machine. It has a separate process group, so Ctrl-C reaches only the notebook. It watches
 * this process and ends with it; its standard input closes then.
 */
import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { StartedWorker } from "#stdlib/runners/kind.js";
import { PARENT_VARIABLE } from "./orphaned-work.js";
import { TOKEN_VARIABLE } from "./protocol.js";

const program = fileURLToPath(new URL("../../apps/cli/worker-child.js", import.meta.url));
/** Time in ms for a worker to upload its checkpoint. */
const GRACE = 20_000;
/** Maximum characters kept of its last output. */
const WORDS = 2000;

export interface WorkerProcessOptions {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly threads: number;
}

export function startWorkerProcess({
  url,
  token,
  name,
  threads,
}: WorkerProcessOptions): StartedWorker & { readonly pid: number } {
  const child = spawn(
    process.execPath,
    [program, "worker", "--coordinator", url, "--name", name, "--threads", String(threads)],
    {
      env: { ...process.env, [TOKEN_VARIABLE]: token, [PARENT_VARIABLE]: String(process.pid), NODE_OPTIONS: "" },
      stdio: ["pipe", "ignore", "pipe"],
      detached: process.platform !== "win32",
    },
  );
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-WORDS)));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<string>((resolveEnd) => {
    child.once("error", (error) => resolveEnd(`could not be started: ${error.message}`));
    child.once("close", (status, signal) => resolveEnd(howItEnded(status, signal, words)));
  });
  // Lets the notebook's process exit while workers run.
  child.unref();
  for (const pipe of [child.stdin, child.stderr]) if (pipe instanceof Socket) pipe.unref();
  return {
    name,
    ended,
    pid: child.pid ?? -1,
    async end() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), GRACE);
      await ended;
      clearTimeout(late);
    },
  };
}

function howItEnded(status: number | null, signal: NodeJS.Signals | null, words: string): string {
  const error = /error\[[\w-]+\]: .*/.exec(words)?.[0] ?? words.trim().split("\n").at(-1) ?? "";
  const errorText = error === "" ? "" : `: ${error}`;
  return signal === null ? `ended with status ${String(status)}${errorText}` : `was killed by ${signal}`;
}
