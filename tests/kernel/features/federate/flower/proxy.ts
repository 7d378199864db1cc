/**
 * A proxy process between a client and its SuperLink that records every byte of both directions: PORT HOST
 * UPSTREAM-PORT FILE.
 */
import { appendFileSync } from "node:fs";
import { connect, createServer } from "node:net";

const [, , port = "", host = "", upstream = "", file = ""] = process.argv;
let connections = 0;
createServer((client) => {
  const number = connections++;
  const server = connect(Number(upstream), host);
  // Writes the bytes of each connection and direction to a separate file.
  client.on("data", (data: Buffer) => {
    appendFileSync(`${file}.${String(number)}.up`, data);
    server.write(data);
  });
  server.on("data", (data: Buffer) => {
    appendFileSync(`${file}.${String(number)}.down`, data);
    client.write(data);
  });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("listening\n"));
