/**
 * Simulates a Ray cluster of several hosts on one machine. Each host has a network namespace and a view of the disk, in
 * which Ray's folder is private and the caller's folders are empty. Processes on a host reach the other hosts and the
 * creator, and nothing else. Linux only, as root.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { RayJobs } from "#kernel/remote/coordinator/ray/jobs.js";
import { ensurePythonEnv, scriptIn } from "#tools/python-env.mjs";

const run = promisify(execFile);

export interface HostsOptions {
  readonly count: number;
  readonly cpusEach: number;
  /** Prepended to the PATH of every host: the folder that contains `tunebook`. */
  readonly path: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Folders that appear empty on the hosts. */
  readonly hidden?: readonly string[];
}

export class RayHosts {
  readonly folder = mkdtempSync(join(tmpdir(), "tunebook-ray-"));
  readonly hosts: ChildProcess[] = [];
  private readonly tag = `tb${String(process.pid % 10_000)}`;
  private readonly net = `10.77.${String(process.pid % 250)}`;

  private constructor(private readonly o: HostsOptions) {}

  /** URL of the Ray dashboard. */
  get address(): string {
    return `http://${this.ip(0)}:8265`;
  }
  ip(host: number): string {
    return `${this.net}.${String(host + 1)}`;
  }

  static async start(o: HostsOptions): Promise<RayHosts> {
    const hosts = new RayHosts(o);
    try {
      await hosts.wire();
      const { folder } = await ensurePythonEnv("ray");
      const ray = scriptIn(folder, "ray");
      for (let host = 0; host < o.count; host++) {
        hosts.begin(host, ray);
        if (host === 0) await hosts.until(1);
      }
      await hosts.until(o.count);
      return hosts;
    } catch (error) {
      await hosts.stop();
      throw error;
    }
  }

  /** Ends a host abruptly, like a power failure. */
  async kill(host: number): Promise<void> {
    const { stdout } = await run("ip", ["netns", "pids", this.space(host)]);
    for (const pid of stdout.trim().split(/\s+/).filter(Boolean)) end(Number(pid), "SIGKILL");
  }
  async processes(host: number): Promise<readonly number[]> {
    const { stdout } = await run("ip", ["netns", "pids", this.space(host)]);
    return stdout.trim().split(/\s+/).filter(Boolean).map(Number);
  }

  async stop(): Promise<void> {
    for (let host = 0; host < this.hosts.length; host++) await this.kill(host).catch(() => undefined);
    const gone = (): boolean =>
      this.hosts.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    for (let tries = 0; tries < 100 && !gone(); tries++) await delay(50);
    for (let host = 0; host < this.o.count; host++) await ip("netns", "del", this.space(host)).catch(() => undefined);
    await ip("link", "del", `${this.tag}k`).catch(() => undefined);
    await ip("netns", "del", `${this.tag}sw`).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private space(host: number): string {
    return `${this.tag}h${String(host)}`;
  }

  /** Creates a switch in its own namespace, with a cable to each host and one to this machine. */
  private async wire(): Promise<void> {
    const { tag } = this;
    const sw = `${tag}sw`;
    await ip("netns", "add", sw);
    const inSwitch = (...args: string[]) => ip("-n", sw, ...args);
    await inSwitch("link", "add", "br0", "type", "bridge");
    await inSwitch("link", "set", "br0", "up");
    await ip("link", "add", `${tag}k`, "type", "veth", "peer", "name", "pk", "netns", sw);
    await inSwitch("link", "set", "pk", "master", "br0", "up");
    await ip("addr", "add", `${this.net}.254/24`, "dev", `${tag}k`);
    await ip("link", "set", `${tag}k`, "up");
    for (let host = 0; host < this.o.count; host++) {
      const space = this.space(host);
      await ip("netns", "add", space);
      await ip("-n", space, "link", "set", "lo", "up");
      const cable = `p${String(host)}`;
      await ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", "name", cable, "netns", sw);
      await inSwitch("link", "set", cable, "master", "br0", "up");
      await ip("-n", space, "addr", "add", `${this.ip(host)}/24`, "dev", "eth0");
      await ip("-n", space, "link", "set", "eth0", "up");
    }
  }

  private begin(host: number, ray: string): void {
    const { cpusEach, path, environment = {}, hidden = [] } = this.o;
    const own = [
      ...["start", "--block", `--node-ip-address=${this.ip(host)}`, `--num-cpus=${String(cpusEach)}`],
      ...["--object-store-memory=100000000", "--disable-usage-stats"],
      ...(host === 0
        ? ["--head", "--port=6399", `--dashboard-host=${this.ip(0)}`, "--dashboard-port=8265"]
        : [`--address=${this.ip(0)}:6399`]),
    ];
    const mounts = ["/tmp/ray", ...hidden].map((folder) => `mount -t tmpfs tmpfs '${folder}'`);
    mkdirSync("/tmp/ray", { recursive: true });
    const script = ["mount --make-rprivate /", ...mounts, 'exec "$@"'].join(" && ");
    const log = createWriteStream(join(this.folder, `host-${String(host)}.log`));
    const child = spawn(
      "ip",
      ["netns", "exec", this.space(host), "unshare", "-m", "bash", "-c", script, "host", ray, ...own],
      {
        env: {
          ...process.env,
          ...environment,
          PATH: `${path}:${process.env["PATH"] ?? ""}`,
          RAY_USAGE_STATS_ENABLED: "0",
          NO_COLOR: "1",
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.hosts.push(child);
  }

  private async until(nodes: number): Promise<void> {
    const jobs = new RayJobs({ address: this.address });
    for (const end = Date.now() + 300_000; ; await delay(300)) {
      const found = await jobs.nodes().catch(() => []);
      if (found.length >= nodes) return;
      if (Date.now() > end)
        throw new Error(`${String(found.length)} of ${String(nodes)} hosts came; see ${this.folder}`);
    }
  }
}

const ip = (...args: readonly string[]): Promise<unknown> => run("ip", args);

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // the process ended by itself
  }
}
