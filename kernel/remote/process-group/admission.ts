/**
 * Admission to a process group. The socket listens on one address. A connecting process sends the training's token and
 * its rank in its first frame. Others get a refusal with a reason, and nothing else.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { parseHello, type RankHello } from "./contract.js";
import { FrameReader, sendFrame } from "./frames.js";
import { emptyFrameSink } from "./link.js";

export interface AdmissionRules {
  /** Address to listen on; other interfaces are not reachable. */
  readonly address: string;
  readonly token: string;
  readonly of: number;
  readonly version: string;
  readonly recipe: string;
  /** Whether rank 0 also computes part of the batch. Defaults to true. */
  readonly learns?: boolean;
}
/** Time limit in ms for the first frame, and number of connections allowed in addition to those of the ranks. */
const UNTIL_HELLO = 5_000;
const WAITING = 32;

export interface AdmissionServer {
  readonly server: Server;
  readonly port: number;
}

/**
 * `admit` receives a process with a valid token, and the data after its first frame. It returns a reason to refuse the
 * rank.
 */
export async function listenForRanks(
  door: AdmissionRules,
  admit: (hello: RankHello, socket: Socket) => string | null,
): Promise<AdmissionServer> {
  const server = createServer((socket) => meet(door, socket, admit));
  server.maxConnections = door.of + WAITING;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, door.address, resolve);
  });
  server.unref();
  return { server, port: (server.address() as AddressInfo).port };
}

function meet(door: AdmissionRules, socket: Socket, admit: (hello: RankHello, socket: Socket) => string | null): void {
  const late = setTimeout(() => socket.destroy(), UNTIL_HELLO);
  late.unref();
  const refuse = (why: string): void => {
    sendFrame(socket, { is: "refused", why });
    socket.end();
    setTimeout(() => socket.destroy(), 1_000).unref();
  };
  const reader = new FrameReader((head, bytes) => {
    if (bytes > 0) throw new Error("a first frame with bytes");
    const hello = parseHello(head);
    return emptyFrameSink(() => {
      clearTimeout(late);
      // Later data belongs to the receiver of the socket.
      socket.off("data", read);
      const why = wrong(door, hello) ?? admit(hello, socket);
      if (why !== null) refuse(why);
    });
  });
  const read = (piece: Buffer): void => {
    try {
      reader.push(piece);
    } catch {
      socket.destroy(); // unknown protocol: close without a response
    }
  };
  socket.on("error", () => socket.destroy());
  socket.on("data", read);
}

function wrong({ token, of: rankCount, version, recipe }: AdmissionRules, hello: RankHello): string | null {
  if (!same(hello.token, token)) return "it has not the token of this training";
  if (hello.version !== version) return `it is Tunebook ${hello.version}, and this is ${version}`;
  if (hello.recipe !== recipe) return "it trains another recipe";
  if (hello.of !== rankCount || hello.rank < 1 || hello.rank >= rankCount)
    return `there is no rank ${String(hello.rank)} of ${String(hello.of)}`;
  return null;
}

/** Compares in constant time. */
function same(a: string, b: string): boolean {
  const hashed = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hashed(a), hashed(b));
}
