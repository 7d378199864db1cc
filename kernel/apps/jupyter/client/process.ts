/** The process of a kernel: starts it with a connection file, saves its last log lines, reports its end. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface ProcessExit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}
export interface KernelProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessExit>;
  /** The last lines it wrote to its own standard output and error (not those of cells). */
  log(): readonly string[];
  kill(signal: NodeJS.Signals): void;
}

/** Command of Tunebook's own kernel; `{connection_file}` is a placeholder for the file's path. */
export function ownKernelCommand(): readonly string[] {
  const entry = fileURLToPath(new URL("../wire/main.js", import.meta.url));
  if (!existsSync(entry)) throw new CodedError("not-built", { file: entry });
  return [process.execPath, entry, "{connection_file}"];
}

export function startKernelProcess(
  argv: readonly string[],
  file: string,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly onLog?: (line: string) => void },
): KernelProcess {
  const [command = process.execPath, ...args] = argv.map((arg) => arg.replaceAll("{connection_file}", file));
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // Like Jupyter: a separate process group, so that only we get Ctrl-C; a kernel without its parent ends by itself.
    env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...options.env },
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > 30) lines.shift();
      options.onLog?.(line);
    });
  return {
    pid: child.pid ?? 0,
    ended: endOf(child, lines),
    log: () => lines,
    kill: (signal) => child.kill(signal),
  };
}

function endOf(child: ChildProcess, lines: string[]): Promise<ProcessExit> {
  return new Promise((done) => {
    child.once("error", (error) => {
      lines.push(error.message);
      done({ status: null, signal: null });
    });
    child.once("close", (status, signal) => done({ status, signal }));
    // Child processes of the kernel may keep its streams open, so the wait for the last lines is limited to 200 ms.
    child.once("exit", (status, signal) => setTimeout(() => done({ status, signal }), 200).unref());
  });
}
