/**
 * Bytes that no well-behaved peer sends to a kernel's ports, made from a seed: TLS and HTTP, noise, truncated or wrong
 * greetings of every version of ZeroMQ's protocol, valid greetings followed by random frames, commands and lengths,
 * messages of one empty part and of thousands of parts, unsigned requests, and replayed signed requests.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";

export interface Burst {
  readonly kind: string;
  /** Buffers written to the connection one after another. */
  readonly chunks: readonly Buffer[];
  /** Number of frames or pieces of noise in the chunks. */
  readonly frames: number;
}
type Make = () => Omit<Burst, "kind">;

const delimiter = Buffer.from("<IDS|MSG>");
/** ZMTP's socket types, and two invalid ones. */
const sockets = ["DEALER", "REQ", "SUB", "XSUB", "ROUTER", "REP", "PUB", "PAIR", "PUSH", "STREAM", "", "X".repeat(255)];

export class Garbage {
  private readonly random;
  private readonly makers: Readonly<Record<string, Make>>;
  readonly kinds: readonly string[];

  /** `overheard`: signed messages of an honest front end, as frames. */
  constructor(
    seed: number,
    private readonly overheard: readonly (readonly Buffer[])[],
  ) {
    this.random = xoroshiro128plus(seed);
    this.makers = {
      noise: () => this.pieces(() => this.bytes(1 + this.below(300))),
      tls: () => one(Buffer.concat([Buffer.from("1603010200010001fc0303", "hex"), this.bytes(507)])),
      http: () => one(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n")),
      "half a greeting": () => one(greeting().subarray(0, this.below(64))),
      "a wrong greeting": () => one(this.damaged(greeting(this.one([0, 1, 2, 3, 4, 255]), this.mechanism()))),
      "version 1": () => this.pieces(() => this.oldFrame()),
      "version 2": () =>
        this.talk(Buffer.from([...signature, 1, this.below(12), 0, this.below(9)]), () => this.frame()),
      "a wrong handshake": () =>
        this.talk(Buffer.concat([greeting(), this.damaged(ready("DEALER"))]), () => this.frame()),
      frames: () => this.greeted(() => this.frame()),
      commands: () => this.greeted(() => this.command()),
      lengths: () => this.greeted(() => this.oversized()),
      "one empty frame": () => this.greeted(() => frameOf(Buffer.alloc(0), 0)),
      unsigned: () => this.greeted(() => messageOf(this.unsigned())),
      overheard: () => this.greeted(() => messageOf(this.one(this.overheard))),
      subscriptions: () =>
        this.greeted(() => frameOf(Buffer.concat([Buffer.from([this.below(3)]), this.bytes(this.below(90))]), 0)),
    };
    this.kinds = Object.keys(this.makers);
  }

  burst(kind = this.one(this.kinds)): Burst {
    return { kind, ...(this.makers[kind] as Make)() };
  }

  /** Returns a message of `count` parts after a valid handshake. */
  parts(count: number): Burst {
    const all = Array.from({ length: count }, (_, at) => (at === count - 1 ? delimiter : this.bytes(at % 5)));
    return { kind: "parts", chunks: [greeting(), ready("DEALER"), messageOf(all)], frames: count };
  }

  below(n: number): number {
    return n <= 1 ? 0 : uniformInt(this.random, 0, n - 1);
  }

  private one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  private bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
  private damaged(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    for (let more = 1 + this.below(4); more > 0; more--) copy[this.below(copy.length)] = this.below(256);
    return copy;
  }
  private mechanism(): string {
    return this.one(["NULL", "PLAIN", "CURVE", "GSSAPI", "", "NULL\0\0x", "X".repeat(20)]);
  }
  private pieces(make: () => Buffer): Omit<Burst, "kind"> {
    const chunks = Array.from({ length: 1 + this.below(40) }, make);
    return { chunks, frames: chunks.length };
  }
  private talk(start: Buffer, make: () => Buffer): Omit<Burst, "kind"> {
    const { chunks, frames } = this.pieces(make);
    return { chunks: [start, Buffer.concat(chunks)], frames };
  }
  private greeted(make: () => Buffer): Omit<Burst, "kind"> {
    const peer = this.below(4) === 0 ? this.one(sockets) : this.one(["DEALER", "REQ", "SUB"]);
    const { chunks, frames } = this.talk(
      ready(peer, this.below(3) === 0 ? this.bytes(this.below(300)) : undefined),
      make,
    );
    return { chunks: [greeting(), ...chunks], frames };
  }
  /** Returns a frame with any flags and a length that is correct or off by one. */
  private frame(): Buffer {
    const body = this.bytes(this.below(this.below(20) === 0 ? 3000 : 60));
    if (this.below(3) > 0) return frameOf(body, this.below(2));
    return Buffer.concat([Buffer.from([this.below(256), Math.max(0, body.length + this.below(3) - 1) & 255]), body]);
  }
  private oldFrame(): Buffer {
    const body = this.bytes(this.below(60));
    return Buffer.concat([Buffer.from([body.length + 1, this.below(4)]), body]);
  }
  private command(): Buffer {
    const name = this.one(["PING", "PONG", "SUBSCRIBE", "CANCEL", "JOIN", "LEAVE", "ERROR", "READY", "HELLO", "", "x"]);
    const body = Buffer.concat([
      Buffer.from([name.length + this.below(3) - 1]),
      Buffer.from(name),
      this.bytes(this.below(40)),
    ]);
    return frameOf(body, 4);
  }
  private oversized(): Buffer {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(this.one([1n << 63n, (1n << 64n) - 1n, (1n << 63n) - 1n, 1n << 40n, 300n << 20n, 1n << 32n]));
    return Buffer.concat([Buffer.from([this.one([2, 3, 6, 7])]), size, this.bytes(this.below(50))]);
  }
  private unsigned(): readonly Buffer[] {
    const json = (): Buffer =>
      this.one([() => Buffer.from("{}"), () => this.bytes(20), () => Buffer.from('{"msg_type":"shutdown_request"}')])();
    const hash = this.one([Buffer.alloc(0), Buffer.from("0".repeat(64)), this.bytes(64)]);
    return [this.bytes(this.below(4)), delimiter, hash, ...Array.from({ length: this.below(9) }, json)];
  }
}

const signature = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f];

function one(chunk: Buffer): Omit<Burst, "kind"> {
  return { chunks: [chunk], frames: 1 };
}
function greeting(version = 3, mechanism = "NULL"): Buffer {
  const name = Buffer.alloc(20);
  name.write(mechanism);
  return Buffer.concat([Buffer.from([...signature, version, 0]), name, Buffer.alloc(32)]);
}
function ready(socket: string, identity?: Buffer): Buffer {
  const property = (name: string, value: Buffer): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(value.length);
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), size, value]);
  };
  const parts = [Buffer.from("\x05READY"), property("Socket-Type", Buffer.from(socket))];
  if (identity) parts.push(property("Identity", identity));
  return frameOf(Buffer.concat(parts), 4);
}
/** `flags`: 1 if more frames follow, 4 for a command. */
function frameOf(body: Buffer, flags: number): Buffer {
  if (body.length < 256) return Buffer.concat([Buffer.from([flags, body.length]), body]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length));
  return Buffer.concat([Buffer.from([flags | 2]), size, body]);
}
function messageOf(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.map((part, at) => frameOf(part, at === parts.length - 1 ? 0 : 1)));
}
