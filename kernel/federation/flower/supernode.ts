/**
 * A SuperNode of Flower that is this process: it registers, says that it lives, takes messages, has them answered and sends the
 * answers. It runs no app of the SuperLink's: what it is sent is bytes for `answer`, nothing else.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Link, NodeKey } from "./link.js";
import { objectsOf, payloadOf } from "./objects.js";
import { answers, requests, type Metadata, type ObjectTree } from "./proto.js";

/** Seconds between signs of life, the fewest that Flower takes. */
const HEARTBEAT = 10;
const PAUSE = 250;

/** `kind`: `query` or `train`. What it throws is a defect: errors are said in the payload. */
export type Answers = (kind: string, payload: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

/** Serves until `signal`; then it takes its leave. Errors: `flower-unreachable`, `flower-refused`. */
export async function serveAsSuperNode(
  link: Link,
  key: NodeKey,
  answer: Answers,
  signal: AbortSignal,
  onNode: (id: bigint) => void = () => {},
): Promise<void> {
  await link.call("fleet/register-node", requests.registerNode(key.pem), signal);
  const id = answers.id(await link.call("fleet/activate-node", requests.activateNode(key.pem, HEARTBEAT), signal));
  onNode(id);
  const beating = setInterval(() => {
    // One that gets lost is followed by the next; pulling tells what lasts.
    link.call("fleet/send-node-heartbeat", requests.heartbeat(id, HEARTBEAT)).catch(() => {});
  }, HEARTBEAT * 500);
  try {
    while (!signal.aborted) {
      const messages = answers.pullMessages(await link.call("fleet/pull-messages", requests.pullMessages(id), signal));
      for (const { metadata, tree } of messages) await answered(link, id, metadata, tree, answer, signal);
      if (messages.length === 0) await sleep(PAUSE, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(beating);
    await link.call("fleet/deactivate-node", requests.deactivateNode(id)).catch(() => {});
  }
}

async function answered(
  link: Link,
  id: bigint,
  metadata: Metadata,
  tree: ObjectTree,
  answer: Answers,
  signal: AbortSignal,
): Promise<void> {
  const payload = await payloadOf(tree, (object) => pulled(link, id, metadata.runId, object, signal));
  await link.call("fleet/confirm-message-received", requests.ofObject(id, metadata.runId, tree.id), signal);
  const begun = performance.now();
  const said = await answer(metadata.type.split(".")[0] ?? "", payload, signal);
  const now = Date.now() / 1000;
  const reply: Metadata = {
    ...metadata,
    messageId: "",
    from: metadata.to,
    to: metadata.from,
    fromTask: metadata.toTask,
    toTask: metadata.fromTask,
    replyTo: metadata.messageId || tree.id,
    ttl: metadata.created + metadata.ttl - now,
    created: now,
  };
  const objects = objectsOf(reply, said);
  const seconds = (performance.now() - begun) / 1000;
  const pushed = answers.pushMessages(
    await link.call(
      "fleet/push-messages",
      requests.pushMessage(id, { ...reply, messageId: objects.tree.id }, objects.tree, seconds),
      signal,
    ),
  );
  for (const object of pushed.wanted) {
    const content = objects.contents.get(object);
    if (!content) throw new CodedError("flower-said", { why: "an object is asked for that there is none of" });
    await link.call(
      "fleet/push-object",
      requests.pushObject(id, metadata.runId, object, content, pushed.session),
      signal,
    );
  }
}

async function pulled(link: Link, id: bigint, runId: bigint, object: string, signal: AbortSignal): Promise<Uint8Array> {
  for (;;) {
    const body = requests.ofObject(id, runId, object);
    const { found, available, content } = answers.pullObject(await link.call("fleet/pull-object", body, signal));
    if (available) return content;
    if (!found) throw new CodedError("flower-said", { why: "an object is gone" });
    await sleep(100, undefined, { signal });
  }
}
