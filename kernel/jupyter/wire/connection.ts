/** The connection file: where a front end wants the kernel to listen, and the key that both sign with. */
import { readFileSync } from "node:fs";
import { getHashes } from "node:crypto";
import { CodedError } from "#dsl/diagnostics/codes.js";
import "./codes.js";

export const socketNames = ["shell", "control", "iopub", "stdin", "hb"] as const;
export type SocketName = (typeof socketNames)[number];

export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly ports: Readonly<Record<SocketName, number>>;
  /** Shared secret of the signatures; empty means that nothing is signed. */
  readonly key: string;
  /** Name of the hash under the HMAC, as Node's crypto calls it. */
  readonly hash: string;
}

/** Reads a connection file; throws `bad-connection-file`. */
export function readConnection(path: string): Connection {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CodedError("bad-connection-file", { path, problem: (error as Error).message }, { cause: error });
  }
  return parseConnection(text, path);
}

export function parseConnection(text: string, path: string): Connection {
  const wrong = (problem: string): never => {
    throw new CodedError("bad-connection-file", { path, problem });
  };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return wrong(`not JSON: ${(error as Error).message}`);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) return wrong("not a JSON object");
  const fields = data as Record<string, unknown>;
  const port = (name: SocketName): number => {
    const value = fields[`${name}_port`];
    return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65536
      ? (value as number)
      : wrong(`${name}_port is not a port`);
  };
  const transport = fields["transport"] ?? "tcp";
  if (transport !== "tcp" && transport !== "ipc") return wrong("transport is neither tcp nor ipc");
  const ip = fields["ip"] ?? "127.0.0.1";
  if (typeof ip !== "string") return wrong("ip is not a string");
  const key = fields["key"] ?? "";
  if (typeof key !== "string") return wrong("key is not a string");
  const scheme = fields["signature_scheme"] ?? "hmac-sha256";
  const hash = /^hmac-([a-z0-9-]+)$/.exec(String(scheme))?.[1];
  if (hash === undefined || !getHashes().includes(hash)) return wrong(`signature scheme ${String(scheme)} is unknown`);
  const ports = {
    shell: port("shell"),
    control: port("control"),
    iopub: port("iopub"),
    stdin: port("stdin"),
    hb: port("hb"),
  };
  return { transport, ip, ports, key, hash };
}

/** The address ZeroMQ binds or connects to for one of the five sockets. */
export function addressOf(connection: Connection, name: SocketName): string {
  const { transport, ip, ports } = connection;
  if (transport === "ipc") return `ipc://${ip}-${String(ports[name])}`;
  return `tcp://${ip.includes(":") ? `[${ip}]` : ip}:${String(ports[name])}`;
}
