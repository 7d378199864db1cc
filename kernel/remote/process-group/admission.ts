/**
 * Who may join a gang: the socket listens on one address, and whoever connects shows the token of this training in its first
 * frame, and which rank it is. Others are told why not, and hear nothing else.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { parseHello, type RankHello } from "./contract.js";
import { FrameReader, sendFrame } from "./frames.js";
import { emptyFrame } from "./link.js";

export interface AdmissionRules {
  /** Interface that it listens on; nobody reaches it by another. */
  readonly address: string;
  readonly token: string;
  readonly of: number;
  readonly version: string;
  readonly recipe: string;
  /** Whether rank 0 has rows of its own; absent: it has. */
  readonly learns?: boolean;
}
/** Milliseconds until a connection has said who it is, and connections that may be about to. */
const UNTIL_HELLO = 5_000;
const WAITING = 32;

export interface AdmissionServer {
  readonly server: Server;
  readonly port: number;
}

/** `admit`: takes who showed the token, with what it sent since; says why it can't have that rank. */
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
    return emptyFrame(() => {
      clearTimeout(late);
      // What comes next is for whoever takes it.
      socket.off("data", read);
      const why = wrong(door, hello) ?? admit(hello, socket);
      if (why !== null) refuse(why);
    });
  });
  const read = (piece: Buffer): void => {
    try {
      reader.push(piece);
    } catch {
      socket.destroy(); // it speaks another language: nothing is told to it
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

/** In a time that says nothing of how much of it is right. */
function same(a: string, b: string): boolean {
  const hashed = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hashed(a), hashed(b));
}
