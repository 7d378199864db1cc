/**
 * What comes in from peers: frames → a message that may have an effect. What is not signed with our key has none, nor has
 * a signed message that comes again: whoever overheard one could send it as often as he likes. (A header holds an id and a
 * date, so no two messages of an honest front end have one signature.)
 */
import { complain } from "./complaints.js";
import { decode, type Message, type Signer } from "./message.js";

/** Signatures that are remembered, as many as Jupyter's own kernels do. */
const remembered = 1 << 16;

export class Incoming {
  /** In order of arrival. */
  private readonly seen = new Set<string>();

  constructor(private readonly signer: Signer) {}

  read(frames: readonly Uint8Array[]): Message | undefined {
    const message = decode(frames, this.signer);
    if (!message) {
      complain("a message that is malformed or not signed with the kernel's key was refused");
      return undefined;
    }
    if (this.signer.signs && !this.isNew(message.signature)) {
      complain("a signed message came a second time and was refused", message.header.msg_type.slice(0, 100));
      return undefined;
    }
    return message;
  }

  private isNew(signature: Uint8Array): boolean {
    // 64 digits of a hash: half of them tell two apart, in a quarter of the memory
    const mark = Buffer.from(signature.subarray(0, 32)).toString("latin1");
    if (this.seen.has(mark)) return false;
    this.seen.add(mark);
    if (this.seen.size > remembered) for (const oldest of this.seen) return this.seen.delete(oldest);
    return true;
  }
}
