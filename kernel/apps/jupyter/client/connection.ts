/**
 * A connection file: the ports of a kernel's five sockets and the key that signs their messages. Only its owner can
 * read it.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";

export interface ConnectionInfo {
  readonly transport: "tcp";
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
  readonly kernel_name: string;
}

/** Returns five free ports of the loopback interface (all reserved while they are chosen) and a new key. */
export async function newConnection(): Promise<ConnectionInfo> {
  const servers = await Promise.all(Array.from({ length: 5 }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  const [shell_port = 0, iopub_port = 0, stdin_port = 0, control_port = 0, hb_port = 0] = ports;
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: "tunebook",
  };
}

export function writeConnection(file: string, connection: ConnectionInfo): void {
  writeFileSync(file, JSON.stringify(connection, null, 2), { mode: 0o600 });
}

export function zmqAddressOfPort(connection: ConnectionInfo, port: number): string {
  return `${connection.transport}://${connection.ip}:${port}`;
}

function listen(): Promise<Server> {
  return new Promise((ready, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => ready(server));
  });
}
