/**
 * Runs clients as processes on this machine for data that the statement names: each joins the SuperLink with one data
 * set, and all end with the statement. They are in another process group, so that Ctrl-C only reaches the notebook.
 * They end when their stdin closes, which also happens when this process ends.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClientProcessJob } from "./join-child.js";

const program = fileURLToPath(new URL("../../../apps/worker/joined-client.js", import.meta.url));
/** Milliseconds for an orderly exit. */
const GRACE = 8000;
/** Maximum characters of the last output that are quoted. */
const WORDS = 2000;

export interface StartedClients {
  /** Error of the first process that ended too early. Never settles if there is none. */
  readonly ended: Promise<CodedError>;
  end(): Promise<void>;
}

/** `names`: client names, by index of their data. */
export function startClients(
  order: Omit<ClientProcessJob, "number" | "name">,
  names: readonly string[],
): StartedClients {
  let over = false;
  const children = names.map((name, number) => started({ ...order, number, name }));
  const ended = new Promise<CodedError>((resolve) => {
    for (const [i, { child, words }] of children.entries()) {
      const gone = (how: string): void => {
        const lastLine = words().trim().split("\n").at(-1) ?? "";
        if (!over) resolve(new CodedError("client-ended", { client: names[i] ?? "", how, said: lastLine }));
      };
      child.once("error", (error) => gone(`could not be started: ${error.message}`));
      child.once("close", (status, signal) =>
        gone(signal === null ? `ended with status ${String(status)}` : `was killed by ${signal}`),
      );
    }
  });
  return {
    ended,
    async end() {
      over = true;
      await Promise.all(children.map(({ child }) => endOf(child)));
    },
  };
}

function started(order: ClientProcessJob): { readonly child: ChildProcess; readonly words: () => string } {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["pipe", "ignore", "pipe"],
    detached: process.platform !== "win32",
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-WORDS)));
  // The process may end before it has read its input.
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(order)}\n`);
  return { child, words: () => words };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "close");
  child.stdin?.end();
  const late = setTimeout(() => child.kill("SIGKILL"), GRACE);
  await ended;
  clearTimeout(late);
}
