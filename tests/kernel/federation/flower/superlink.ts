/** A SuperLink of this machine, as `flower-superlink` starts it, on a port of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, openSync, closeSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensurePythonEnv } from "#tools/python-env.mjs";

export interface SuperLink {
  readonly url: string;
  /** What it and the apps that it runs printed. */
  log(): string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export async function startSuperLink(): Promise<SuperLink> {
  const { python } = await ensurePythonEnv("flower");
  const folder = mkdtempSync(join(tmpdir(), "tunebook-superlink-"));
  const port = await freePort();
  const file = openSync(join(folder, "log"), "w");
  const bin = dirname(python);
  const child: ChildProcess = spawn(
    join(bin, "flower-superlink"),
    ["--insecure", "--disable-runtime-dependency-installation", "--port", String(port)],
    {
      cwd: folder,
      stdio: ["ignore", file, file],
      env: {
        ...process.env,
        PATH: `${bin}:${process.env.PATH ?? ""}`,
        FLWR_HOME: folder,
        FLWR_TELEMETRY_ENABLED: "0",
        FLWR_DISABLE_UPDATE_CHECK: "1",
      },
    },
  );
  closeSync(file);
  const log = (): string => readFileSync(join(folder, "log"), "utf8");
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    // What it starts has sessions of its own, and outlives it.
    const all = child.pid === undefined ? [] : [...descendants(child.pid), child.pid];
    for (const pid of all) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${String(port)}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the SuperLink ended: ${log()}`);
    if (
      await fetch(`${url}/openapi.json`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return { url, log, stop };
    await sleep(200);
  }
  await stop();
  throw new Error("the SuperLink didn't come");
}

function descendants(pid: number): readonly number[] {
  const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
  const children = existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
  return children.flatMap((child) => [...descendants(child), child]);
}
