/** A process that is a SuperNode with a toy client: NAME ROWS TARGET URL [slow]. Slow ones never answer an order to train. */
import { Link, nodeKey } from "#kernel/federation/flower/link.js";
import { answersOf } from "#kernel/federation/flower/orders.js";
import { serveAsSuperNode } from "#kernel/federation/flower/supernode.js";
import { toyClient } from "./toy.js";

const [, , name = "", rows = "", target = "", url = "", slow] = process.argv;
const node = nodeKey();
const link = await Link.open(url, { node });
const answer = answersOf(toyClient(name, Number(rows), Number(target)));
const ended = new AbortController();
process.on("SIGTERM", () => {
  ended.abort();
});
await serveAsSuperNode(
  link,
  node,
  (kind, payload, signal) => {
    if (slow !== undefined && kind === "train") {
      process.stdout.write("training\n");
      return new Promise(() => {});
    }
    return answer(kind, payload, signal);
  },
  ended.signal,
  () => process.stdout.write("joined\n"),
);
process.stdout.write(`${String(link.sent)} ${String(link.received)}\n`);
