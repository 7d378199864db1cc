/**
 * Network namespaces of this machine: one for the SuperLink and one for each client, with a separate link to each
 * client. Messages have no other path. Where the machine does not allow namespaces, all share one loopback, and only a
 * proxy before each client counts bytes.
 */
import { execFileSync, spawnSync } from "node:child_process";

export interface Place {
  /** Command prefix that runs its arguments in the namespace; empty for the current one. */
  readonly within: readonly string[];
  /** Address of the SuperLink as seen from the namespace. */
  readonly superlink: string;
  /** Bytes on the namespace's link so far, headers included; null if it has no link of its own. */
  bytes(): { readonly sent: number; readonly received: number } | null;
}
export interface Places {
  readonly apart: boolean;
  readonly hub: readonly string[];
  readonly clients: readonly Place[];
  remove(): void;
}

const ip = (...args: readonly string[]): void => {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
};
const HERE: Place = { within: [], superlink: "127.0.0.1", bytes: () => null };

export function places(count: number): Places {
  const name = `tb${String(process.pid)}`;
  const hub = `${name}h`;
  const names = Array.from({ length: count }, (_, i) => `${name}c${String(i)}`);
  const remove = (): void => {
    for (const one of [hub, ...names]) spawnSync("ip", ["netns", "del", one]);
  };
  try {
    ip("netns", "add", hub);
    ip("-n", hub, "link", "set", "lo", "up");
    const clients = names.map((client, i): Place => {
      const [here, there] = [`10.77.${String(i)}.1`, `10.77.${String(i)}.2`];
      ip("netns", "add", client);
      ip("-n", client, "link", "set", "lo", "up");
      ip("-n", hub, "link", "add", `w${String(i)}`, "type", "veth", "peer", "name", "wire", "netns", client);
      ip("-n", hub, "addr", "add", `${here}/30`, "dev", `w${String(i)}`);
      ip("-n", hub, "link", "set", `w${String(i)}`, "up");
      ip("-n", client, "addr", "add", `${there}/30`, "dev", "wire");
      ip("-n", client, "link", "set", "wire", "up");
      const within = ["ip", "netns", "exec", client];
      return { within, superlink: here, bytes: () => countedIn(within) };
    });
    return { apart: true, hub: ["ip", "netns", "exec", hub], clients, remove };
  } catch (error) {
    remove();
    console.error(`no namespaces here: ${error instanceof Error ? error.message : String(error)}`);
    return { apart: false, hub: [], clients: names.map(() => HERE), remove: () => undefined };
  }
}

function countedIn([command = "", ...args]: readonly string[]) {
  const table = execFileSync(command, [...args, "cat", "/proc/net/dev"], { encoding: "utf8" });
  const numbers = /wire:(.*)/.exec(table)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  return { received: numbers[0] ?? 0, sent: numbers[8] ?? 0 };
}
