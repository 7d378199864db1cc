/** Starts a SuperLink on this machine with `flower-superlink`, on a separate port. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, openSync, closeSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SuperLinkConnection } from "#kernel/features/federate/flower/link.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";

export interface SuperLink {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Output of the SuperLink and of the apps that it runs. */
  log(): string;
  stop(): Promise<void>;
}

export interface SuperLinkOptions {
  /** Defaults to a free port. */
  readonly port?: number;
  /** A certificate of this machine, its key and the authority's certificate, as files. */
  /**
   * Command prefix that runs the SuperLink elsewhere, for example in a network namespace. Defaults to the current one.
   */
  readonly within?: readonly string[];
  readonly tls?: { readonly certificate: string; readonly key: string; readonly authority: string };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export async function startSuperLink(o: SuperLinkOptions = {}): Promise<SuperLink> {
  const { python } = await ensurePythonEnv("flower");
  const folder = mkdtempSync(join(tmpdir(), "tunebook-superlink-"));
  const port = o.port ?? (await freePort());
  const file = openSync(join(folder, "log"), "w");
  const bin = dirname(python);
  const [command = "", ...args] = [
    ...[...(o.within ?? []), join(bin, "flower-superlink"), ...safety(o)],
    ...["--disable-runtime-dependency-installation", "--port", String(port)],
    ...(o.within ? ["--host", "0.0.0.0"] : []),
  ];
  const child: ChildProcess = spawn(command, args, {
    cwd: folder,
    stdio: ["ignore", file, file],
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH ?? ""}`,
      FLWR_HOME: folder,
      FLWR_TELEMETRY_ENABLED: "0",
      FLWR_DISABLE_UPDATE_CHECK: "1",
    },
  });
  closeSync(file);
  const log = (): string => readFileSync(join(folder, "log"), "utf8");
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    // The processes it starts have sessions of their own and would outlive it.
    const all = child.pid === undefined ? [] : [...descendants(child.pid), child.pid];
    for (const pid of all) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // The process has already ended.
      }
    }
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `${o.tls ? "https" : "http"}://127.0.0.1:${String(port)}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the SuperLink ended: ${log()}`);
    if (await isThere(url, o)) return { url, port, pid: child.pid ?? 0, log, stop };
    await sleep(200);
  }
  await stop();
  throw new Error("the SuperLink didn't come");
}

async function isThere(url: string, { tls, within }: SuperLinkOptions): Promise<boolean> {
  if (within) {
    const [command = "", ...args] = [
      ...within,
      process.execPath,
      "-e",
      `fetch("${url}/openapi.json").catch(() => process.exit(1))`,
    ];
    return spawnSync(command, args).status === 0;
  }
  return (await SuperLinkConnection.open(url, tls && { certificates: tls.authority }).catch(() => null)) !== null;
}

function safety({ tls }: SuperLinkOptions): readonly string[] {
  if (!tls) return ["--insecure"];
  const { certificate, key, authority } = tls;
  return ["--ssl-certfile", certificate, "--ssl-keyfile", key, "--ssl-ca-certfile", authority];
}

/** Returns the ids of all direct and indirect child processes. */
export function descendants(pid: number): readonly number[] {
  const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
  const children = existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
  return children.flatMap((child) => [...descendants(child), child]);
}
