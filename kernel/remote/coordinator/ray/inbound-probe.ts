/** Temporary listener to test whether a cluster's nodes reach this machine: it sends one word to each connection. */
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { localAddressTowards } from "./route-address.js";

export interface InboundListener {
  /** Address of this machine on the route to the cluster. */
  readonly host: string;
  readonly port: number;
  /** The word that it sends: a node that received it connected to this machine, and not to a port of its own. */
  readonly word: string;
  close(): Promise<void>;
}

/** `address`: the cluster's dashboard. Throws the coded error `ray-unreachable`. */
export async function openInboundListener(address: string): Promise<InboundListener> {
  const host = await localAddressTowards(address);
  const word = randomBytes(8).toString("hex");
  const server = createServer((socket) => void socket.on("error", () => undefined).end(`${word}\n`));
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(0, host, listening);
  });
  const { port } = server.address() as AddressInfo;
  return { host, port, word, close: () => new Promise((closed) => server.close(() => closed())) };
}
