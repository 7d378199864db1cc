/**
 * A SuperNode of Flower that is this process: it registers, says that it lives, takes messages, has them answered and sends the
 * answers. It runs no app of the SuperLink's: what it is sent is bytes for `answer`, nothing else. A SuperLink that is away for
 * a while is waited for; one that has forgotten it is joined anew.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isTemporarilyUnreachable, type SuperLinkConnection, type NodeKey } from "./link.js";
import { encodeFailure } from "./messages.js";
import { messageObjectsOf, readPayload } from "./objects.js";
import { replyDecoders, requestEncoders, type MessageMetadata, type ObjectTree } from "./proto.js";

/** Seconds between signs of life, the fewest that Flower takes. */
const HEARTBEAT = 10;
const PAUSE = 250;
/** Milliseconds after a message that was none, and how many of them follow each other before nothing is believed any more. */
const AFTER_WRONG = 500;
const WRONG = 100;
/** Milliseconds. */
const SILENT = 15_000;
/** Seconds that an object may be on its way. */
const COMING = 120;
/** Bytes of an answer that is no object's. */
const BESIDE = 2 ** 20;

/** What it throws is a defect: errors are said in what it gives back. */
export type MessageHandler = (payload: Uint8Array, runId: bigint, signal: AbortSignal) => Promise<Uint8Array>;

export interface SuperNodeOptions {
  readonly link: SuperLinkConnection;
  readonly key: NodeKey;
  readonly answer: MessageHandler;
  /** Bytes of a message at most, as it is now. */
  readonly most: () => number;
  readonly signal: AbortSignal;
  /** The run that is under way here, which is looked after where nothing comes of it; null: none. */
  readonly under?: () => bigint | null;
  readonly onOver?: () => void;
  /** Milliseconds without a message after which it is. Absent: `SILENT`. */
  readonly silent?: number;
  /** It is known to the SuperLink, at first and each time that it had to join anew. */
  readonly onNode?: (id: bigint) => void;
  /** A message that was none, or an answer that the SuperLink didn't take. */
  readonly onTrouble?: (error: CodedError) => void;
  /** Bytes of what was said, with its head: those that came, and those of the answer, which has arrived. */
  readonly onSaid?: (received: number, sent: number) => void;
}

/** Serves until `signal`; then it takes its leave. Errors: `flower-unreachable`, `flower-refused`, `flower-said`. */
export async function serveAsSuperNode(options: SuperNodeOptions): Promise<void> {
  const { signal } = options;
  let wrong = 0;
  while (!signal.aborted) {
    const node = await Node.join(options);
    try {
      while (!signal.aborted && !node.forgotten) {
        const took = await node.turn().catch((error: unknown) => {
          if (!(error instanceof CodedError) || isTemporarilyUnreachable(error) || ++wrong > WRONG) throw error;
          options.onTrouble?.(error);
          return null;
        });
        if (took !== null && took > 0) wrong = 0;
        if (took === null) await sleep(AFTER_WRONG, undefined, { signal });
        else if (took === 0) await sleep(PAUSE, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await node.leave();
    }
  }
}

class Node {
  /** The SuperLink knows nothing of it: it began anew. */
  forgotten = false;
  private readonly beating: NodeJS.Timeout;
  private heard = performance.now();

  private constructor(
    private readonly options: SuperNodeOptions,
    private readonly id: bigint,
  ) {
    this.beating = setInterval(() => void this.beat(), HEARTBEAT * 500);
  }

  static async join(settings: SuperNodeOptions): Promise<Node> {
    const { link, key, signal } = settings;
    const patient = { signal, patient: true };
    await link.call("fleet/register-node", requestEncoders.registerNode(key.pem), patient).catch((error: unknown) => {
      // It is registered already where it only was forgotten to be there.
      if (!(error instanceof CodedError) || error.code !== "flower-refused" || isTemporarilyUnreachable(error))
        throw error;
    });
    const id = replyDecoders.id(
      await link.call("fleet/activate-node", requestEncoders.activateNode(key.pem, HEARTBEAT), patient),
    );
    settings.onNode?.(id);
    return new Node(settings, id);
  }

  /** One sign of life that gets lost is followed by the next. */
  private async beat(): Promise<void> {
    try {
      const said = await this.options.link.call(
        "fleet/send-node-heartbeat",
        requestEncoders.heartbeat(this.id, HEARTBEAT),
      );
      this.forgotten ||= !replyDecoders.success(said);
    } catch (error) {
      this.forgotten ||=
        error instanceof CodedError && error.code === "flower-refused" && !isTemporarilyUnreachable(error);
    }
  }

  /** Takes messages that are there, and answers them. @returns how many */
  async turn(): Promise<number> {
    const { link, signal } = this.options;
    const body = requestEncoders.pullMessages(this.id);
    const bytes = await link.call("fleet/pull-messages", body, { signal, patient: true, most: BESIDE });
    const messages = read(() => replyDecoders.pullMessages(bytes));
    if (messages.length > 0) this.heard = performance.now();
    else if (performance.now() - this.heard > (this.options.silent ?? SILENT)) await this.look();
    for (const { metadata, tree } of messages) await this.answered(metadata, tree);
    return messages.length;
  }

  /** Whoever leads may be gone without a word. */
  private async look(): Promise<void> {
    const { link, signal, under, onOver } = this.options;
    this.heard = performance.now();
    const run = under?.() ?? null;
    if (run === null) return;
    const bytes = await link.call("fleet/get-run", requestEncoders.getRun(this.id, run), { signal, patient: true });
    if (read(() => replyDecoders.got(bytes))?.status === "finished") onOver?.();
  }

  async leave(): Promise<void> {
    clearInterval(this.beating);
    const limit = AbortSignal.timeout(5000);
    await this.options.link
      .call("fleet/deactivate-node", requestEncoders.deactivateNode(this.id), { signal: limit })
      .catch(() => {
        // It is gone, or has forgotten who leaves.
      });
  }

  private async answered(metadata: MessageMetadata, tree: ObjectTree): Promise<void> {
    const { link, answer, signal, most, onSaid } = this.options;
    const patient = { signal, patient: true };
    const { runId } = metadata;
    const payload = await readPayload(tree, most(), (object, bytes) => this.pulled(runId, object, bytes)).catch(
      (error: unknown) => {
        if (signal.aborted || isTemporarilyUnreachable(error)) throw error;
        return unlike(error);
      },
    );
    await link.call("fleet/confirm-message-received", requestEncoders.ofObject(this.id, runId, tree.id), patient);
    const begun = performance.now();
    if (payload instanceof CodedError) this.options.onTrouble?.(payload);
    const replyBytes =
      payload instanceof CodedError ? encodeFailure(payload.code) : await answer(payload, runId, signal);
    const now = Date.now() / 1000;
    const reply: MessageMetadata = {
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
    const objects = messageObjectsOf(reply, replyBytes);
    const seconds = (performance.now() - begun) / 1000;
    const request = requestEncoders.pushMessage(
      this.id,
      { ...reply, messageId: objects.tree.id },
      objects.tree,
      seconds,
    );
    const pushed = replyDecoders.pushMessages(await link.call("fleet/push-messages", request, patient));
    for (const object of pushed.wanted) {
      const content = objects.contents.get(object);
      if (!content) throw new CodedError("flower-said", { why: "an object is asked for that there is none of" });
      const body = requestEncoders.pushObject(this.id, runId, object, content, pushed.session);
      await link.call("fleet/push-object", body, patient);
    }
    onSaid?.(payload instanceof CodedError ? 0 : payload.length, replyBytes.length);
  }

  private async pulled(runId: bigint, object: string, most: number): Promise<Uint8Array> {
    const { link, signal } = this.options;
    const until = performance.now() + 1000 * COMING;
    // Beside its content an answer says little.
    const settings = { signal, patient: true, most: most + 1024 };
    while (performance.now() < until) {
      const body = requestEncoders.ofObject(this.id, runId, object);
      const bytes = await link.call("fleet/pull-object", body, settings);
      const { found, available, content } = read(() => replyDecoders.pullObject(bytes));
      if (available) return content;
      if (!found) throw new CodedError("flower-said", { why: "an object is gone" });
      await sleep(100, undefined, { signal });
    }
    throw new CodedError("flower-said", { why: "an object never came" });
  }
}

function unlike(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError("flower-said", { why: "it is no message of a federation" }, { cause: error });
}

/** What can't be read is no message. */
function read<T>(reads: () => T): T {
  try {
    return reads();
  } catch (error) {
    throw new CodedError("flower-said", { why: "it is no message of Flower's" }, { cause: error });
  }
}
