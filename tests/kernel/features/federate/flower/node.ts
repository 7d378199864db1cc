/**
 * A process that is a SuperNode with a toy client: NAME ROWS TARGET VALUES URL [slow] [certificates=FILE]. Slow clients
 * never answer an instruction to train.
 */
import { SuperLinkConnection, createNodeKey } from "#kernel/features/federate/flower/link.js";
import { serveAsSuperNode } from "#kernel/features/federate/flower/supernode.js";
import { toyClient, toyGuest } from "./toy.js";

const [, , name = "", rows = "", target = "", values = "", url = "", ...more] = process.argv;
const slow = more.includes("slow");
const certificates = more.find((one) => one.startsWith("certificates="))?.slice("certificates=".length);
const node = createNodeKey();
const link = await SuperLinkConnection.open(url, { node, ...(certificates !== undefined && { certificates }) });
const toy = toyClient(name, Number(rows), Number(target));
const guest = toyGuest(toy, Number(values), {
  pins: { life: 100 },
  hears: { onRefused: (error) => void process.stderr.write(`${String(error)}\n`) },
  joining: {
    train(order) {
      if (!slow) return toy.train(order);
      process.stdout.write("training\n");
      return new Promise(() => {});
    },
  },
});
const ended = new AbortController();
process.on("SIGTERM", () => {
  ended.abort();
});
const said = { received: 0, sent: 0 };
await serveAsSuperNode({
  ...{ link, key: node, answer: guest.answer, most: () => guest.most, signal: ended.signal },
  onNode: () => process.stdout.write("joined\n"),
  onTrouble: (error) => process.stderr.write(`${error.message}\n`),
  onSaid(received, sent) {
    said.received += received;
    said.sent += sent;
  },
});
process.stdout.write(`${[said.sent, said.received, link.sent, link.received].map(String).join(" ")}\n`);
