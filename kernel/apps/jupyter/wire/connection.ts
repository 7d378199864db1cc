/**
 * The connection file: where the front end expects the kernel to listen, and the key that signs the messages of both.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { readFileSync } from "node:fs";
import { getHashes } from "node:crypto";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { parseJsonAs, SchemaMismatch, type JsonRecord } from "../../../fetch/json.js";

export const socketNames = ["shell", "control", "iopub", "stdin", "hb"] as const;
export type SocketName = (typeof socketNames)[number];

export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly ports: Readonly<Record<SocketName, number>>;
  /** Shared secret of the signatures; empty means no signatures. */
  readonly key: string;
  /** Name of the HMAC's hash in Node's crypto. */
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
  try {
    const { transport, ip, key, signature_scheme: hash, ...file } = parseJsonAs(text, connectionFile);
    const ports = {
      shell: file.shell_port,
      control: file.control_port,
      iopub: file.iopub_port,
      stdin: file.stdin_port,
      hb: file.hb_port,
    };
    return { transport, ip, ports, key, hash };
  } catch (error) {
    if (!(error instanceof SchemaMismatch)) throw error;
    const { why, cause } = error;
    throw new CodedError(
      "bad-connection-file",
      { path, problem: cause instanceof SyntaxError ? `not JSON: ${cause.message}` : why },
      { cause: error },
    );
  }
}

function port(name: SocketName) {
  const message = `${name}_port is not a port`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(1, message), v.maxValue(65535, message));
}
const textOr = (name: string, usual: string) => v.nullish(v.string(`${name} is not a string`), usual);
/** `hmac-` and the hash's name in Node's crypto; returns that name alone. */
const scheme = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === "string" ? value : JSON.stringify(value))),
  v.regex(/^hmac-[a-z0-9-]+$/, ({ input }) => `signature scheme ${input} is unknown`),
  v.transform((text) => text.slice("hmac-".length)),
  v.check(
    (hash) => getHashes().includes(hash),
    ({ input }) => `signature scheme hmac-${input} is unknown`,
  ),
);
const connectionFile = v.pipe(
  v.custom<JsonRecord>(isRecord, "not a JSON object"),
  v.looseObject(
    {
      transport: v.nullish(v.picklist(["tcp", "ipc"], "transport is neither tcp nor ipc"), "tcp"),
      ip: textOr("ip", "127.0.0.1"),
      key: textOr("key", ""),
      signature_scheme: v.nullish(scheme, "hmac-sha256"),
      shell_port: port("shell"),
      control_port: port("control"),
      iopub_port: port("iopub"),
      stdin_port: port("stdin"),
      hb_port: port("hb"),
    },
    // Error for a missing port; everything else has a default.
    ({ expected }) => `${expected?.slice(1, -1) ?? ""} is not a port`,
  ),
);

/** The address ZeroMQ binds or connects to for one of the five sockets. */
export function zmqAddressOfSocket(connection: Connection, name: SocketName): string {
  const { transport, ip, ports } = connection;
  if (transport === "ipc") return `ipc://${ip}-${String(ports[name])}`;
  return `tcp://${ip.includes(":") ? `[${ip}]` : ip}:${String(ports[name])}`;
}
