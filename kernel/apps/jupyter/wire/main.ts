#!/usr/bin/env node
/**
 * `tunebook-kernel CONNECTION_FILE`: the launcher. It starts the kernel's process and passes signals on to its wire.
 *
 * Node handles signals on the main thread, which in a kernel may be in a loop of the user's code. The launcher's main
 * thread never is, so SIGINT interrupts the kernel at any time; SIGTERM ends it gracefully; killing the launcher kills
 * the kernel.
 */
import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/**
 * Terminating a loop inside a timer leaves Node's stack of async contexts one too deep, for which Node would abort.
 */
const tolerant = process.allowedNodeEnvironmentFlags.has("--force-async-hooks-checks")
  ? ["--no-force-async-hooks-checks"]
  : [];
const parent = process.ppid;
const pipeFd = 3;
const child = spawn(
  process.execPath,
  [
    ...process.execArgv,
    ...tolerant,
    fileURLToPath(new URL("./kernel-process.js", import.meta.url)),
    ...process.argv.slice(2),
  ],
  {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: { ...process.env, TUNEBOOK_LAUNCHER_FD: String(pipeFd) },
    windowsHide: true,
  },
);
const pipe = child.stdio[pipeFd] as Writable;
pipe.on("error", () => undefined);
process.on("SIGINT", () => pipe.write("i"));
process.on("SIGTERM", () => pipe.write("t"));
process.on("SIGHUP", () => pipe.write("t"));
// a front end that died silently leaves no kernel behind
if (process.env["JPY_PARENT_PID"] !== undefined && process.platform !== "win32")
  setInterval(() => {
    if (process.ppid !== parent) pipe.write("t");
  }, 1000).unref();
child.on("exit", (status, signal) => {
  process.exitCode = status ?? (signal === null ? 1 : 128 + 9);
  process.exit();
});
child.on("error", (error) => {
  process.stderr.write(`tunebook: the kernel could not be started: ${error.message}\n`);
  process.exit(1);
});
