/** Reply to `usage_request`: processor and memory of the kernel and its child processes, counted as in ipykernel. */
import { readFileSync, readdirSync } from "node:fs";
import { cpus, freemem, hostname, totalmem } from "node:os";
import type { Json } from "./message.js";

interface Times {
  readonly measuredAt: number;
  readonly process: number;
  readonly busy: number;
  readonly total: number;
}

export class UsageMeter {
  private before = measure();

  answer(): Json {
    const now = measure();
    const { before } = this;
    this.before = now;
    const seconds = Math.max(0.001, (now.measuredAt - before.measuredAt) / 1000);
    const share = now.total > before.total ? (now.busy - before.busy) / (now.total - before.total) : 0;
    const total = totalmem();
    const free = freemem();
    const available = availableMemory() ?? free;
    return {
      status: "ok",
      hostname: hostname(),
      pid: process.pid,
      kernel_cpu: Math.max(0, ((now.process - before.process) / 1e6 / seconds) * 100),
      kernel_memory: process.memoryUsage.rss() + descendantsMemory(process.pid),
      ...(share > 0 ? { host_cpu_percent: Math.min(100, share * 100) } : {}),
      cpu_count: cpus().length,
      host_virtual_memory: {
        total,
        available,
        percent: ((total - available) / total) * 100,
        used: total - available,
        free,
      },
    };
  }
}

function measure(): Times {
  const cpuUsage = process.cpuUsage();
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    total += all;
    busy += all - times.idle;
  }
  return { measuredAt: performance.now(), process: cpuUsage.user + cpuUsage.system, busy, total };
}

function availableMemory(): number | undefined {
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readText("/proc/meminfo"))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Resident bytes of all processes below `root`; 0 without /proc. */
function descendantsMemory(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of listFolder("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(readText(`/proc/${name}/stat`))?.[1];
    if (parent !== undefined) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
  }
  let bytes = 0;
  const open = [...(children.get(root) ?? [])];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${String(pid)}/status`))?.[1];
    bytes += Number(kilobytes ?? 0) * 1024;
    open.push(...(children.get(pid) ?? []));
  }
  return bytes;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
