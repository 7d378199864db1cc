/**
 * One of a kernel's sockets, from the client's side. Sends keep their order; every incoming message is passed to
 * `onMessage`.
 */
import { Dealer, Subscriber } from "zeromq";
import { decodeSignedMessage, encodeSignedMessage, type Message } from "./messages.js";

export class Channel {
  private sending: Promise<void> = Promise.resolve();
  private readonly reading: Promise<void>;

  private constructor(
    private readonly socket: Dealer | Subscriber,
    private readonly key: string,
    onMessage: (message: Message) => void,
  ) {
    this.reading = this.read(onMessage);
  }

  /** A request channel. `identity` must be the same for shell and stdin: a kernel uses it for input requests. */
  static dealer(address: string, key: string, identity: string, onMessage: (message: Message) => void): Channel {
    const socket = new Dealer({ routingId: identity, linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    socket.connect(address);
    return new Channel(socket, key, onMessage);
  }
  /** The publishing channel. */
  static subscriber(address: string, key: string, onMessage: (message: Message) => void): Channel {
    const socket = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    socket.connect(address);
    socket.subscribe();
    return new Channel(socket, key, onMessage);
  }

  send(message: Omit<Message, "identities">): Promise<void> {
    return this.sendFrames(encodeSignedMessage(message, this.key));
  }
  /** Sends raw frames: for tests with messages that no well-behaved client would send. */
  sendFrames(frames: readonly (Buffer | string)[]): Promise<void> {
    const { socket } = this;
    if (!(socket instanceof Dealer)) throw new Error("the publishing channel takes no messages");
    const sent = this.sending.then(() => socket.send([...frames]));
    this.sending = sent.catch(() => undefined);
    return sent;
  }
  async close(): Promise<void> {
    await this.sending;
    this.socket.close();
    await this.reading;
  }

  private async read(onMessage: (message: Message) => void): Promise<void> {
    try {
      for await (const frames of this.socket) {
        const message = decodeSignedMessage(frames, this.key);
        if (message !== null) onMessage(message);
      }
    } catch (error) {
      if (!this.socket.closed) throw error;
    }
  }
}
