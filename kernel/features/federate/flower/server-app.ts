/**
 * The coordinator of a federated training over Flower. Our app next to the SuperLink transports the messages
 * (`relay.ts`); updates are aggregated in this process. Each SuperNode that agreed on the terms is a client with the
 * same interface as in a simulation.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLocalUrl } from "#stdlib/network/loopback.js";
import type {
  RemoteClients,
  Client,
  ClientIntroduction,
  RoundAnswer,
  RoundInstruction,
  ClientEvaluation,
  OfferedFederationTerms,
} from "../contract.js";
import { serveRelayAsNode, serveRelayLocally, type RelayEndpoint } from "./middlewares.js";
import { SuperLinkConnection, RECONNECT_SECONDS } from "./link.js";
import {
  decodeRoundAnswer,
  decodeIntroduction,
  decodeMaskingReply,
  decodeScores,
  encodeClientRequest,
  type ExpectedAnswer,
  type EvaluationInstruction,
} from "./messages.js";
import { MAX_HEAD_BYTES } from "./packed.js";
import { demandUniqueKey } from "./delivery-check.js";
import { replyDecoders, requestEncoders } from "./proto.js";
import { Relay } from "./relay.js";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { zipOf } from "#kernel/remote/coordinator/ray/packed.js";

/**
 * Our app for the SuperLink as one file in Flower's format: a zip of its files, with a list of hashes and sizes in
 * bits.
 */
const folder = fileURLToPath(new URL("../../../../../tools/flower-app/", import.meta.url));
const FILES = [
  "pyproject.toml",
  "tunebook_relay/__init__.py",
  "tunebook_relay/client.py",
  "tunebook_relay/server.py",
  "tunebook_relay/turns.py",
] as const;

export async function flowerAppBundle(): Promise<{ readonly bytes: Uint8Array; readonly hash: string }> {
  const files = FILES.map((path) => ({ path, content: readFileSync(folder + path) }));
  const lines = files.map(({ path, content }) => `${path},${sha256(content)},${String(8 * content.length)}`);
  const bytes = await zipOf([...files, { path: ".info/CONTENT", content: Buffer.from(lines.join("\n")) }]);
  return { bytes, hash: sha256(bytes) };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface ServerAppOptions {
  readonly superlink: string;
  readonly clients: number;
  /** The terms that each client must agree on. */
  readonly terms: OfferedFederationTerms;
  /** Format of their responses. */
  readonly expected: ExpectedAnswer;
  /** Seconds to wait for clients. Defaults to 300. */
  readonly wait?: number;
  /** Seconds for a client's part in a round. Defaults to 3,600. */
  readonly round?: number;
  readonly plain?: boolean;
  /** A PEM file of certificate authorities for the SuperLink. Defaults to those that this machine trusts. */
  readonly certificates?: string;
  /** The SuperLink is on this machine and run by this user. By default this is derived from its address. */
  readonly beside?: boolean;
  readonly signal?: AbortSignal;
  readonly onAgreed?: (agreed: number, total: number) => void;
  readonly onRefused?: (error: CodedError) => void;
}

/** Milliseconds between checks of the run's status on the SuperLink. */
const LOOKS = 3000;
/** Milliseconds for sending the end message to clients. */
const BYE = 3000;

export class FlowerServerApp implements RemoteClients {
  clients: readonly (Client & Pick<ClientIntroduction, "key">)[] = [];
  private readonly ended = new AbortController();
  /** All nodes that agreed, including those that no round uses. */
  private readonly agreed = new Set<string>();

  private constructor(
    private readonly link: SuperLinkConnection,
    private readonly relay: Relay,
    private readonly runId: bigint,
    private readonly door: RelayEndpoint,
    private readonly options: ServerAppOptions,
  ) {
    void this.watch();
  }

  /**
   * Errors: `flower-url`, `-plain`, `-unreachable`, `-version`, `-refused`, `-waited`, `-ended`, `join-refused`.
   * Everything is closed after an error.
   */
  static async open(settings: ServerAppOptions): Promise<FlowerServerApp> {
    const { plain, certificates } = settings;
    const link = await SuperLinkConnection.open(settings.superlink, {
      ...(plain !== undefined && { plain }),
      ...(certificates !== undefined && { certificates }),
    });
    const relay = new Relay();
    const door =
      (settings.beside ?? isLocalUrl(link.url))
        ? await serveRelayLocally(relay)
        : await serveRelayAsNode(relay, settings.superlink, {
            ...(plain !== undefined && { plain }),
            ...(certificates !== undefined && { certificates }),
            onLost: (error) => {
              relay.fail(error as Error);
            },
          });
    let leader: FlowerServerApp | null = null;
    try {
      const app = await flowerAppBundle();
      const request = requestEncoders.startRun(app.bytes, app.hash, { leader: door.leader });
      const runId = replyDecoders.id(await link.call("control/start-run", request, { signal: settings.signal }));
      door.opens(runId);
      leader = new FlowerServerApp(link, relay, runId, door, settings);
      await leader.gather();
      return leader;
    } catch (error) {
      await (leader ?? door).close();
      throw error;
    }
  }

  get sent(): number {
    return this.relay.sent;
  }
  get received(): number {
    return this.relay.received;
  }

  /** Sends the terms to each new node, until enough have agreed, or enough have responded and one of them refused. */
  private async gather(): Promise<void> {
    const { clients: wanted, wait = 300, signal } = this.options;
    const until = performance.now() + 1000 * wait;
    const hello = encodeClientRequest({ kind: "hello", terms: this.options.terms });
    const answerByName = new Map<string, FlowerClient | CodedError | null>();
    const agreed = (): FlowerClient[] => [...answerByName.values()].filter((one) => one instanceof FlowerClient);
    const ask = async (node: string): Promise<void> => {
      const seconds = Math.max(10, (until - performance.now()) / 1000);
      try {
        const bytes = await this.relay.ask(node, "query", hello, { seconds, most: 2 * MAX_HEAD_BYTES, signal });
        const introduced = decodeIntroduction(node, bytes, this.runId);
        if (this.options.expected.summed) demandUniqueKey(introduced, agreed());
        answerByName.set(node, new FlowerClient(this.relay, node, introduced, this.options));
        this.agreed.add(node);
        this.options.onAgreed?.(Math.min(wanted, agreed().length), wanted);
      } catch (error) {
        // A node that was lost before it responded is ignored.
        if (!(error instanceof CodedError)) throw error;
        answerByName.set(node, error);
        if (error.code !== "flower-client") this.options.onRefused?.(error);
      }
    };
    const asking: Promise<void>[] = [];
    let failed: unknown = null;
    while (agreed().length < wanted) {
      signal?.throwIfAborted();
      if (failed) throw failed;
      for (const node of this.relay.nodes.filter((one) => !answerByName.has(one))) {
        answerByName.set(node, null);
        asking.push(ask(node).catch((error: unknown) => void (failed ??= error)));
      }
      this.demandWilling([...answerByName.values()], wanted);
      if (performance.now() > until)
        throw new CodedError("flower-waited", { joined: agreed().length, of: wanted, seconds: wait });
      await sleep(100, undefined, { signal });
    }
    this.clients = named(agreed().slice(0, wanted));
  }

  /** Errors: `flower-ended`; the first refusal, once enough nodes have responded. */
  private demandWilling(all: readonly (FlowerClient | CodedError | null)[], wanted: number): void {
    const errors = all.filter((one) => one instanceof CodedError);
    const over = errors.find(({ code }) => code === "flower-ended");
    if (over) throw over;
    const refused = errors.filter(({ code }) => code !== "flower-client");
    const [first] = refused;
    const open = all.filter((one) => one === null).length;
    if (first && open === 0 && refused.length + all.filter((one) => one instanceof FlowerClient).length >= wanted)
      throw first;
  }

  /**
   * Monitors the run's status on the SuperLink while it lasts: a run that ended on the SuperLink no longer responds.
   */
  private async watch(): Promise<void> {
    const { signal } = this.ended;
    let reached = performance.now();
    while (!signal.aborted) {
      // While our app takes its turns, no check is needed.
      if (performance.now() - this.relay.seen < LOOKS) {
        await sleep(LOOKS, undefined, { signal }).catch(() => undefined);
        continue;
      }
      try {
        const bytes = await this.link.call("control/list-runs", requestEncoders.ofRun(this.runId), { signal });
        reached = performance.now();
        const found = replyDecoders.listed(bytes, this.runId);
        if (!found || found.status === "finished") return this.over(found ? endOf(found) : "it does not know this run");
      } catch (error) {
        if (signal.aborted) return;
        if (performance.now() - reached > 1000 * RECONNECT_SECONDS)
          return this.over(error instanceof CodedError ? error.message : String(error));
      }
      await sleep(LOOKS, undefined, { signal }).catch(() => undefined);
    }
  }
  private over(why: string): void {
    this.relay.fail(new CodedError("flower-ended", { why }));
  }

  /** Tells the clients and ends the run on the SuperLink. */
  async close(paused?: number): Promise<void> {
    this.ended.abort();
    const bye = encodeClientRequest({ kind: "bye", ...(paused !== undefined && { done: paused }) });
    const settings = { seconds: BYE / 1000, most: MAX_HEAD_BYTES };
    await Promise.all(
      [...this.agreed].map((node) => this.relay.ask(node, "query", bye, settings).catch(() => undefined)),
    );
    await this.door.close();
    await this.link
      .call("control/stop-run", requestEncoders.ofRun(this.runId), { signal: AbortSignal.timeout(10_000) })
      .catch(() => {
        // It has ended by itself, or the SuperLink is gone.
      });
  }
}

const endOf = ({ sub, details }: { readonly sub: string; readonly details: string }): string =>
  [sub || "it finished", details].filter(Boolean).join(", ").slice(0, 300);

class FlowerClient implements Client {
  readonly rows: number;
  readonly key: Uint8Array;
  readonly evaluate?: NonNullable<Client["evaluate"]>;

  constructor(
    private readonly relay: Relay,
    readonly node: string,
    private readonly introduced: ClientIntroduction,
    private readonly options: Pick<ServerAppOptions, "round" | "expected">,
    readonly name = introduced.name,
  ) {
    this.rows = introduced.rows;
    this.key = introduced.key;
    if (introduced.validates) this.evaluate = (order, signal) => this.scores(order, signal);
  }

  called(name: string): FlowerClient {
    return new FlowerClient(this.relay, this.node, this.introduced, this.options, name);
  }

  /** Errors: `flower-client`, `flower-said`, `flower-ended`, `join-refused`. */
  async train(order: RoundInstruction, signal?: AbortSignal): Promise<RoundAnswer> {
    const { length } = order.weights;
    const { expected } = this.options;
    const most = MAX_HEAD_BYTES + 8 * length * (1 + expected.given.length) + 64;
    const bytes = await this.ask("train", encoded(order), most, signal);
    return decodeRoundAnswer(this, bytes, length, expected);
  }

  async mask(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const question = encodeClientRequest({ kind: "mask", message });
    return decodeMaskingReply(this.name, await this.ask("query", question, MASKED, signal));
  }

  private async scores(order: EvaluationInstruction, signal?: AbortSignal): Promise<ClientEvaluation> {
    const bytes = await this.ask("query", encodedLook(order), 2 * MAX_HEAD_BYTES, signal);
    return decodeScores(this, bytes);
  }

  private async ask(kind: "query" | "train", payload: Uint8Array, most: number, signal?: AbortSignal) {
    const { round = 3600 } = this.options;
    try {
      return await this.relay.ask(this.node, kind, payload, { seconds: round, most, signal });
    } catch (error) {
      throw this.withName(error);
    }
  }
  /** Replaces the SuperLink's node id by the client's name. */
  private withName(error: unknown): unknown {
    if (!(error instanceof CodedError) || error.code !== "flower-client") return error;
    const { why } = (error as CodedError<"flower-client">).data;
    return new CodedError("flower-client", { client: this.name, why }, { cause: error });
  }
}
/** Maximum bytes of a masked vector, whose length is not known at this point: the limit of a message. */
const MASKED = 2 ** 30;

/** In the order of their names, because node ids are random; clients with the same name get distinct ones. */
function named(clients: readonly FlowerClient[]): readonly FlowerClient[] {
  const sorted = clients.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return sorted.map((client, i) => {
    const before = sorted.slice(0, i).filter(({ name }) => name === client.name).length;
    return before === 0 ? client : client.called(`${client.name} ${String(before + 1)}`);
  });
}

/** Caches the encoding of an instruction that several clients receive. */
const made = new WeakMap<RoundInstruction, Uint8Array>();
function encoded(order: RoundInstruction): Uint8Array {
  const bytes = made.get(order) ?? encodeClientRequest({ kind: "train", order });
  made.set(order, bytes);
  return bytes;
}
const looks = new WeakMap<Float32Array, { readonly round: number; readonly bytes: Uint8Array }>();
function encodedLook(order: EvaluationInstruction): Uint8Array {
  const known = looks.get(order.weights);
  if (known?.round === order.round) return known.bytes;
  const bytes = encodeClientRequest({ kind: "evaluate", order });
  looks.set(order.weights, { round: order.round, bytes });
  return bytes;
}
