/**
 * Who leads a federated training over Flower. Our app beside the SuperLink carries the messages (`relay.ts`); what becomes of
 * updates is decided here. Each SuperNode that joined is a client of the contract, as those of a simulation are.
 */
import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Client, RoundAnswer, RoundOrder } from "../contract.js";
import { packedApp } from "./app.js";
import "./codes.js";
import { Link } from "./link.js";
import { decodeAnswer, decodeHello, encodeOrder } from "./orders.js";
import { answers, requests } from "./proto.js";
import { Relay } from "./relay.js";

export interface LeadOptions {
  readonly superlink: string;
  /** How many clients are waited for. */
  readonly clients: number;
  /** Seconds that they are waited for. Absent: 300. */
  readonly wait?: number;
  /** Seconds of a client's part in a round. Absent: 3,600. */
  readonly round?: number;
  /** Plain HTTP to other machines is allowed. */
  readonly plain?: boolean;
  readonly signal?: AbortSignal;
}

export class FlowerLeader {
  clients: readonly Client[] = [];

  private constructor(
    private readonly link: Link,
    private readonly relay: Relay,
    private readonly runId: bigint,
    private readonly file: string,
    private readonly seconds: number,
  ) {}

  /** Errors: `flower-url`, `-plain`, `-unreachable`, `-version`, `-refused`, `-waited`. Nothing goes on after them. */
  static async open(o: LeadOptions): Promise<FlowerLeader> {
    const link = await Link.open(o.superlink, o.plain === undefined ? {} : { plain: o.plain });
    const relay = await Relay.open();
    const file = join(tmpdir(), `tunebook-flower-${randomUUID()}.json`);
    let leader: FlowerLeader | null = null;
    try {
      writeFileSync(file, JSON.stringify({ url: relay.url, token: relay.token }), { mode: 0o600, flag: "wx" });
      const app = await packedApp();
      const runId = answers.id(
        await link.call("control/start-run", requests.startRun(app.bytes, app.hash, { leader: file }), o.signal),
      );
      leader = new FlowerLeader(link, relay, runId, file, o.round ?? 3600);
      await leader.gather(o.clients, o.wait ?? 300, o.signal);
      return leader;
    } catch (error) {
      if (leader) await leader.close();
      else {
        rmSync(file, { force: true });
        await relay.close();
      }
      throw error;
    }
  }

  private async gather(wanted: number, seconds: number, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + 1000 * seconds;
    while (this.relay.nodes.length < wanted) {
      if (performance.now() > until)
        throw new CodedError("flower-waited", { joined: this.relay.nodes.length, of: wanted, seconds });
      await sleep(100, undefined, { signal });
    }
    const left = Math.max(10, (until - performance.now()) / 1000);
    const nothing = new Uint8Array(1);
    const said = await Promise.all(
      this.relay.nodes.map(async (node) => {
        const { name, rows } = decodeHello(node, await this.relay.ask(node, "query", nothing, left, signal));
        return new FlowerClient(this.relay, node, name, rows, this.seconds);
      }),
    );
    // In the order of their names: nodes' ids are drawn anew each time.
    this.clients = said.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /** The run of the SuperLink ends, too. */
  async close(): Promise<void> {
    await this.relay.close();
    rmSync(this.file, { force: true });
    await this.link.call("control/stop-run", requests.stopRun(this.runId)).catch(() => {
      // It has ended by itself, or the SuperLink is gone.
    });
  }
}

class FlowerClient implements Client {
  constructor(
    private readonly relay: Relay,
    private readonly node: string,
    readonly name: string,
    readonly rows: number,
    private readonly seconds: number,
  ) {}

  /** Errors: `flower-client`, `flower-said`. */
  async train(order: RoundOrder, signal?: AbortSignal): Promise<RoundAnswer> {
    const payload = encoded(order);
    const bytes = await this.relay.ask(this.node, "train", payload, this.seconds, signal);
    return decodeAnswer(this.name, bytes, order.weights.length);
  }
}

/** An order that several clients are given becomes bytes once. */
const made = new WeakMap<RoundOrder, Uint8Array>();
function encoded(order: RoundOrder): Uint8Array {
  const bytes = made.get(order) ?? encodeOrder(order);
  made.set(order, bytes);
  return bytes;
}
