/** Finds the process that listens on a port of this machine, if this user may see it: on Linux, from /proc. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { clip } from "../../../host/text.js";

export interface PortHolder {
  readonly process: number;
  /** Its command line, truncated for a message. */
  readonly command: string;
}
/** Maximum characters of a command line. */
const LONG = 80;
/** State of a listening socket. */
const LISTENS = "0A";

/** Null if no process is visible to this user, or the system does not report it. */
export function portHolderOf(port: number): PortHolder | null {
  const sockets = new Set([...listeners("/proc/net/tcp", port), ...listeners("/proc/net/tcp6", port)]);
  if (sockets.size === 0) return null;
  for (const name of listed("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    for (const fd of listed(`/proc/${name}/fd`)) {
      const [, socket] = /^socket:\[(\d+)\]$/.exec(linked(`/proc/${name}/fd/${fd}`)) ?? [];
      if (socket !== undefined && sockets.has(socket)) return { process: Number(name), command: commandOf(name) };
    }
  }
  return null;
}

function listeners(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return textOf(table)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) => state === LISTENS && local.endsWith(`:${wanted}`))
    .map((columns) => columns[9] ?? "");
}
function commandOf(process: string): string {
  return clip(textOf(`/proc/${process}/cmdline`).split("\0").join(" ").trim(), LONG);
}

// Processes that are gone or of other users give nothing.
function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
function linked(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
