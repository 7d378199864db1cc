/** Comms at the wire: those it serves itself, and the forwarding to and from those of the main thread. */
import { CommRegistry, type CommOpened } from "../../ports/comms.js";
import type { Json, Message } from "../message.js";
import type { IopubPublisher } from "../publisher.js";
import type { CommEvent, MessageToMain } from "../../ports/run-port.js";

const kinds: ReadonlyMap<string, CommEvent["event"]> = new Map([
  ["comm_open", "open"],
  ["comm_msg", "msg"],
  ["comm_close", "close"],
]);

export class WireComms {
  private readonly ownRegistry = new CommRegistry((event) => this.publish(event));
  private readonly mainTargets = new Set<string>();
  private readonly mainOpen = new Map<string, string>();
  private readonly parents = new Map<string, Json>();

  constructor(
    private readonly publisher: IopubPublisher,
    private readonly tell: (message: MessageToMain) => void,
  ) {}

  /** Registers a target that answers on this thread, outside the run loop. */
  register(target: string, opened: CommOpened): void {
    this.ownRegistry.register(target, opened);
  }

  addMainTarget(name: string): void {
    this.mainTargets.add(name);
  }

  info(): ReadonlyMap<string, string> {
    return new Map([...this.ownRegistry.info(), ...this.mainOpen]);
  }

  /** Takes a comm message of the front end; returns false for other messages. */
  take({ header, content, metadata, buffers }: Message): boolean {
    const kind = kinds.get(header.msg_type);
    const id = content["comm_id"];
    if (!kind) return false;
    if (typeof id !== "string") return true;
    const target = content["target_name"];
    const event: CommEvent = {
      event: kind,
      id,
      data: content["data"] ?? {},
      metadata,
      buffers: buffers.map((buffer) => new Uint8Array(buffer)),
      ...(typeof target === "string" ? { target } : {}),
    };
    this.parents.set(id, header);
    if (this.ownRegistry.take(event)) this.forget(event);
    else if (this.isMain(event)) {
      if (kind === "open") this.mainOpen.set(id, event.target ?? "");
      this.tell({ kind: "comm", event });
      this.forget(event);
    } else if (kind === "open") {
      // unknown target: the protocol's answer is a close
      this.publish({ event: "close", id, data: {} });
    } else this.parents.delete(id);
    return true;
  }

  fromMain(event: CommEvent): void {
    if (event.event === "open") this.mainOpen.set(event.id, event.target ?? "");
    this.publish(event);
  }

  private isMain({ event, id, target }: CommEvent): boolean {
    return event === "open" ? this.mainTargets.has(target ?? "") : this.mainOpen.has(id);
  }

  private publish(event: CommEvent): void {
    const { id, target, data, metadata, buffers } = event;
    const content = { comm_id: id, data, ...(event.event === "open" ? { target_name: target } : {}) };
    const parent = this.parents.get(id) ?? {};
    void this.publisher.publishNow({ type: `comm_${event.event}`, parent, content, metadata, buffers });
    this.forget(event);
  }

  private forget({ event, id }: CommEvent): void {
    if (event !== "close") return;
    this.mainOpen.delete(id);
    this.parents.delete(id);
  }
}
