/**
 * A SuperNode of Flower in this process: it registers, sends heartbeats, receives messages, has them processed and
 * sends the responses. It runs no app of the SuperLink: messages are bytes for `answer` only. It waits for a SuperLink
 * that is temporarily unavailable, and registers again if it was forgotten.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isTemporarilyUnreachable, type SuperLinkConnection, type NodeKey } from "./link.js";
import { encodeFailure } from "./messages.js";
import { messageObjectsOf, readMessagePayload } from "./objects.js";
import { replyDecoders, requestEncoders, type MessageMetadata, type ObjectTree } from "./proto.js";

/** Seconds between heartbeats, the minimum that Flower accepts. */
const HEARTBEAT = 10;
const PAUSE = 250;
/** Milliseconds of pause after an invalid message, and the maximum of consecutive invalid messages. */
const AFTER_WRONG = 500;
const WRONG = 100;
/** Milliseconds without a message before the run's status is checked. */
const SILENT = 15_000;
/** Timeout in seconds of an object's transfer. */
const COMING = 120;
/** Maximum bytes of a response that is not an object. */
const BESIDE = 2 ** 20;

/** Errors are part of the response; an exception is a defect. */
export type MessageHandler = (payload: Uint8Array, runId: bigint, signal: AbortSignal) => Promise<Uint8Array>;

export interface SuperNodeOptions {
  readonly link: SuperLinkConnection;
  readonly key: NodeKey;
  readonly answer: MessageHandler;
  readonly most: () => number;
  readonly signal: AbortSignal;
  /** The run in progress, whose status is checked if it sends nothing; null if none. */
  readonly under?: () => bigint | null;
  readonly onOver?: () => void;
  /** Milliseconds without a message before that check. Defaults to `SILENT`. */
  readonly silent?: number;
  /** Called at first registration and each time it had to register again. */
  readonly onNode?: (id: bigint) => void;
  /** Called for an invalid message, or a response that the SuperLink rejected. */
  readonly onTrouble?: (error: CodedError) => void;
  /** Bytes of the received message and of the delivered response, including heads. */
  readonly onSaid?: (received: number, sent: number) => void;
}

/**
 * Serves until `signal` is aborted, then unregisters. Errors: `flower-unreachable`, `flower-refused`, `flower-said`.
 */
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
  /** The SuperLink does not know the node any more: it was restarted. */
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
      // The node is already registered and was only marked offline.
      if (!(error instanceof CodedError) || error.code !== "flower-refused" || isTemporarilyUnreachable(error))
        throw error;
    });
    const id = replyDecoders.id(
      await link.call("fleet/activate-node", requestEncoders.activateNode(key.pem, HEARTBEAT), patient),
    );
    settings.onNode?.(id);
    return new Node(settings, id);
  }

  /** A lost heartbeat is made up by the next. */
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

  /** Receives pending messages and responds to them. @returns how many */
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

  /** Checks whether the coordinator is gone without notice. */
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
        // The SuperLink is gone, or has forgotten the node.
      });
  }

  private async answered(metadata: MessageMetadata, tree: ObjectTree): Promise<void> {
    const { link, answer, signal, most, onSaid } = this.options;
    const patient = { signal, patient: true };
    const { runId } = metadata;
    const payload = await readMessagePayload(tree, most(), (object, bytes) => this.pulled(runId, object, bytes)).catch(
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
      if (!content) throw new CodedError("flower-said", { why: "a requested object does not exist" });
      const body = requestEncoders.pushObject(this.id, runId, object, content, pushed.session);
      await link.call("fleet/push-object", body, patient);
    }
    onSaid?.(payload instanceof CodedError ? 0 : payload.length, replyBytes.length);
  }

  private async pulled(runId: bigint, object: string, most: number): Promise<Uint8Array> {
    const { link, signal } = this.options;
    const until = performance.now() + 1000 * COMING;
    // A response needs few bytes besides its content.
    const settings = { signal, patient: true, most: most + 1024 };
    while (performance.now() < until) {
      const body = requestEncoders.ofObject(this.id, runId, object);
      const bytes = await link.call("fleet/pull-object", body, settings);
      const { found, available, content } = read(() => replyDecoders.pullObject(bytes));
      if (available) return content;
      if (!found) throw new CodedError("flower-said", { why: "an object no longer exists" });
      await sleep(100, undefined, { signal });
    }
    throw new CodedError("flower-said", { why: "an object never came" });
  }
}

function unlike(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError("flower-said", { why: "it is not a message of a federation" }, { cause: error });
}

/** An unreadable message is invalid. */
function read<T>(reads: () => T): T {
  try {
    return reads();
  } catch (error) {
    throw new CodedError("flower-said", { why: "it is no message of Flower's" }, { cause: error });
  }
}
