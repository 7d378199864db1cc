/**
 * How our app next to the SuperLink reaches the coordinator process. On the same machine: over loopback HTTP, with a
 * token. On other machines the coordinator is a SuperNode too, and each turn is a message to it, so that everything
 * uses the SuperLink's one address.
 */
import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SuperLinkConnection, createNodeKey } from "./link.js";
import type { Relay } from "./relay.js";
import { serveAsSuperNode } from "./supernode.js";

export interface RelayEndpoint {
  /** Address by which the app finds it, as `leader` in the run's configuration. */
  readonly leader: string;
  /** Sets the run; apps of others are rejected. */
  opens(run: bigint): void;
  close(): Promise<void>;
}

/** Maximum bytes of a turn. */
const LONGEST = 2 ** 31 - 1;
const NOTHING = new Uint8Array(0);
/** Milliseconds for a turn's round trip over the SuperLink. */
const FAR = 5000;

/** The address and the token are in a file of this user. */
export async function serveRelayLocally(relay: Relay): Promise<RelayEndpoint> {
  const token = randomBytes(32).toString("base64url");
  const server = createServer((request, response) => {
    if (!same(request.headers.authorization, `Bearer ${token}`)) {
      response.writeHead(401).end();
      return;
    }
    bodyOf(request)
      .then((body) => relay.turn(body))
      .then(
        (back) => void response.end(back),
        () => void response.writeHead(400).end(),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const leader = join(tmpdir(), `tunebook-flower-${randomUUID()}.json`);
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/turn`;
  writeFileSync(leader, JSON.stringify({ url, token }), { mode: 0o600, flag: "wx" });
  return {
    leader,
    // Any caller with the token is accepted.
    opens: () => undefined,
    async close() {
      await relay.close();
      rmSync(leader, { force: true });
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Errors: `flower-unreachable`, `flower-refused`, `flower-version`. `onLost`: its node registration was lost. */
export async function serveRelayAsNode(
  relay: Relay,
  superlink: string,
  options: { readonly plain?: boolean; readonly certificates?: string; readonly onLost: (error: unknown) => void },
): Promise<RelayEndpoint> {
  const key = createNodeKey();
  const { plain, certificates } = options;
  const link = await SuperLinkConnection.open(superlink, {
    node: key,
    ...(plain !== undefined && { plain }),
    ...(certificates !== undefined && { certificates }),
  });
  const left = new AbortController();
  let run: bigint | null = null;
  let arrived: () => void = () => undefined;
  let served: Promise<void> = Promise.resolve();
  const node = await new Promise<bigint>((resolve, reject) => {
    served = serveAsSuperNode({
      link,
      key,
      signal: left.signal,
      most: () => LONGEST,
      // Apps of other runs can write to any node: they get an empty response.
      answer: async (payload, from) =>
        from === run ? relay.turn(Buffer.from(payload)).catch(() => NOTHING) : Promise.resolve(NOTHING),
      onSaid: () => {
        arrived();
      },
      onNode: (id) => {
        relay.ownNode = String(id);
        resolve(id);
      },
    }).catch((error: unknown) => {
      reject(error as Error);
      options.onLost(error);
    });
  });
  return {
    leader: `node:${String(node)}`,
    opens: (ownRun) => void (run = ownRun),
    async close() {
      await relay.close(FAR);
      // Waits until the app has received the end message.
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, FAR);
        arrived = () => {
          clearTimeout(limit);
          resolve();
        };
      });
      left.abort();
      await served;
    },
  };
}

function same(token: string | undefined, wanted: string): boolean {
  const [one, other] = [Buffer.from(token ?? ""), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LONGEST) throw new RangeError("too long");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
