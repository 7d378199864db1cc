/** Whether nodes of a cluster reach this machine: a door for as long as they are asked, which says one word to whoever comes. */
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { addressTowards } from "./route-address.js";

export interface InboundListener {
  /** Of this machine, as seen on the way to the cluster. */
  readonly host: string;
  readonly port: number;
  /** That it says: whoever heard it was here, and not at a port of their own. */
  readonly word: string;
  close(): Promise<void>;
}

/** `address`: of the cluster's dashboard. Coded error `ray-unreachable`. */
export async function openInboundListener(address: string): Promise<InboundListener> {
  const host = await addressTowards(address);
  const word = randomBytes(8).toString("hex");
  const server = createServer((socket) => void socket.on("error", () => undefined).end(`${word}\n`));
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(0, host, listening);
  });
  const { port } = server.address() as AddressInfo;
  return { host, port, word, close: () => new Promise((closed) => server.close(() => closed())) };
}
