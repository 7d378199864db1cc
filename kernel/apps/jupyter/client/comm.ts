/** A comm from the client's side: a two-way line to something that lives in the kernel. */
import type { Content, Message } from "./messages.js";

export class Comm {
  closed = false;
  constructor(
    readonly id: string,
    private readonly onMessage: (data: Content, message: Message) => void,
    private readonly tell: (type: string, content: Content) => Promise<void>,
  ) {}

  send(data: Content): Promise<void> {
    return this.tell("comm_msg", { comm_id: this.id, data });
  }
  close(data: Content = {}): Promise<void> {
    this.closed = true;
    return this.tell("comm_close", { comm_id: this.id, data });
  }
  /** A message that the kernel published for this comm. */
  take(message: Message): void {
    if (message.header.msg_type === "comm_close") this.closed = true;
    this.onMessage((message.content["data"] ?? {}) as Content, message);
  }
}
