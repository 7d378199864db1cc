/** A comm from the client's side: a two-way channel to an object in the kernel. */
import type { MessageContent, Message } from "./messages.js";

export class Comm {
  closed = false;
  constructor(
    readonly id: string,
    private readonly onMessage: (data: MessageContent, message: Message) => void,
    private readonly tell: (type: string, content: MessageContent) => Promise<void>,
  ) {}

  send(data: MessageContent): Promise<void> {
    return this.tell("comm_msg", { comm_id: this.id, data });
  }
  close(data: MessageContent = {}): Promise<void> {
    this.closed = true;
    return this.tell("comm_close", { comm_id: this.id, data });
  }
  /** Takes a message that the kernel published for this comm. */
  take(message: Message): void {
    if (message.header.msg_type === "comm_close") this.closed = true;
    this.onMessage((message.content["data"] ?? {}) as MessageContent, message);
  }
}
