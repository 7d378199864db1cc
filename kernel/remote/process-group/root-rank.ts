/**
 * Rank 0's end of a process group with star topology. It takes part in each round like the others. It sums in pieces as
 * data arrive, so that the first pieces are sent back while the last are still arriving. If a rank is lost, all others
 * are informed, and pending calls fail with `rank-lost`.
 */
import type { Server, Socket } from "node:net";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import { listenForRanks, type AdmissionRules } from "./admission.js";
import {
  parseMessageFromRank,
  serializeMetrics,
  type MessageFromRank,
  type RankHello,
  type UpdateMetrics,
} from "./contract.js";
import { frameHead, type FrameSink } from "./frames.js";
import { RankLink, emptyFrameSink, LINK_TIMES, type LinkTimes } from "./link.js";
import { addVectorsInOrder, weightedMeanInto } from "./sum.js";

/** Floats summed at once. */
const PIECE = 1 << 18;
/** Maximum bytes of a rank's logits per update. */
const MOST_SEEN = 64 * 2 ** 20;

/** Rows of a part and their logits. */
export interface RankRowLogits {
  readonly rows: Uint32Array;
  readonly logits: Uint8Array;
}
export interface GroupUpdateResult extends UpdateMetrics {
  readonly seen: readonly RankRowLogits[];
  /** Time in ms until the last rank reported; for a coordinator without rows, from the first to the last. */
  readonly waited: number;
  /** Time in ms until the first rank reported, for a coordinator without rows: the others were computing. */
  readonly computed: number;
}

interface Peer {
  readonly rank: number;
  readonly link: RankLink;
  layout: string | null;
  /** Data received in this round: the head, and the number of floats. */
  head: (UpdateMetrics & { readonly step: number }) | null;
  counts: number | null;
  filled: number;
  seen: RankRowLogits[];
}
interface Collecting {
  readonly ownValues: Float32Array;
  ready(): boolean;
  answer(): object;
  combine(others: readonly Float32Array[], from: number, until: number): void;
  resolve(): void;
  answered: boolean;
  summed: number;
}

export class RootRank {
  private readonly peers = new Map<number, Peer>();
  private readonly buffers = new Map<number, Float32Array>();
  private server: Server | null = null;
  private length = 0;
  private collecting: Collecting | null = null;
  private over = false;
  private step: number | undefined;
  /** Time when the first rank reported its results in this round. */
  private firstAt = 0;
  private failure: CodedError | null = null;
  private tell: () => void = () => undefined;
  private fails: (error: unknown) => void = () => undefined;

  private constructor(
    private readonly door: AdmissionRules,
    private readonly times: LinkTimes,
  ) {}

  static async open(
    door: AdmissionRules,
    times: LinkTimes = LINK_TIMES,
  ): Promise<{ readonly hub: RootRank; readonly port: number }> {
    const hub = new RootRank(door, times);
    const { server, port } = await listenForRanks(door, (hello, socket) => hub.admit(hello, socket));
    hub.server = server;
    return { hub, port };
  }

  get of(): number {
    return this.door.of;
  }
  get learns(): boolean {
    return this.door.learns ?? true;
  }
  get joined(): number {
    return this.peers.size + 1;
  }

  /** Resolves when all ranks are connected; admission is then closed. */
  async complete(): Promise<void> {
    await this.until(() => this.peers.size === this.of - 1);
    this.server?.close();
  }

  /**
   * Resolves when all ranks have the model open. `layout`: the states that are summed; `length`: their number of
   * floats.
   */
  async ready(layout: string, length: number): Promise<void> {
    this.length = length;
    await this.until(() => this.ranks().every((peer) => peer.layout !== null));
    const other = this.ranks().find((peer) => peer.layout !== layout);
    if (other)
      throw new CodedError("rank-failed", { rank: other.rank, of: this.of, why: "it has other weights to train" });
    for (const { rank } of this.peers.values()) this.buffers.set(rank, new Float32Array(length));
  }

  /** Sends the state from which all ranks continue. */
  begin(step: number, ...state: readonly Uint8Array[]): void {
    for (const { link } of this.peers.values()) link.send({ is: "begin", step }, ...state);
  }

  /**
   * Runs one update of all ranks with this rank's results. Its gradients are replaced by the sum of all; null if
   * weights are averaged (now if `averages`).
   */
  async update(
    step: number,
    ownMetrics: UpdateMetrics,
    gradients: Float32Array | null,
    averages = false,
  ): Promise<GroupUpdateResult> {
    this.step = step;
    const begun = performance.now();
    let [waited, computed] = [0, 0];
    let all: UpdateMetrics = ownMetrics;
    await this.collect(gradients ?? new Float32Array(0), {
      ready: () => this.ranks().every(({ head }) => head?.step === step),
      answer: () => {
        computed = this.learns ? 0 : Math.max(0, this.firstAt - begun);
        waited = performance.now() - begun - computed;
        const rankMetrics = [ownMetrics, ...this.ranks().map(({ head }) => head as UpdateMetrics)];
        all = gradients ? summed(rankMetrics) : meant(rankMetrics);
        return serializeMetrics({ is: "whole", step, averages, ...all });
      },
      combine: addVectorsInOrder.bind(null, gradients ?? new Float32Array(0)),
    });
    const seen = this.ranks().flatMap((peer) => peer.seen.splice(0));
    return { ...all, seen, waited, computed };
  }

  /** Replaces the weights of all ranks by their mean, weighted by what each trained on since the last time. */
  async average(step: number, counts: number, weights: Float32Array): Promise<void> {
    await this.collect(weights, {
      ready: () => this.ranks().every((peer) => peer.counts !== null),
      answer: () => ({ is: "mean", step }),
      combine: (others, from, until) =>
        weightedMeanInto(weights, others, [counts, ...this.ranks().map((peer) => peer.counts ?? 0)], from, until),
    });
  }

  /** Ends the training: informs all ranks and closes their connections. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.server?.close();
    for (const { link } of this.peers.values()) {
      link.send({ is: "end" });
      link.end();
    }
  }

  /** Ends the group for all because one rank is lost; pending calls fail with `rank-lost`. */
  lose(rank: number, why: string): void {
    if (this.over) return;
    this.over = true;
    this.server?.close();
    const step = this.step === undefined ? {} : { step: this.step };
    this.failure = new CodedError("rank-lost", { rank, of: this.of, ...step, why });
    for (const peer of this.peers.values()) {
      if (peer.rank !== rank && !peer.link.open) peer.link.send({ is: "lost", rank, why });
      peer.link.end();
    }
    this.fails(this.failure);
  }

  private ranks(): readonly Peer[] {
    return [...this.peers.values()].sort((a, b) => a.rank - b.rank);
  }

  private admit({ rank }: RankHello, socket: Socket): string | null {
    if (this.over) return "the training is over";
    if (this.peers.has(rank)) return `rank ${String(rank)} is there already`;
    const takes = (head: unknown, bytes: number): FrameSink => this.take(peer, parseMessageFromRank(head), bytes);
    const link = new RankLink(socket, takes, (why) => this.lose(rank, why), this.times);
    const peer: Peer = { rank, link, layout: null, head: null, counts: null, filled: 0, seen: [] };
    this.peers.set(rank, peer);
    link.send({ is: "welcome" });
    this.tell();
    return null;
  }

  private take(peer: Peer, frame: MessageFromRank, bytes: number): FrameSink {
    switch (frame.is) {
      case "beat":
        return emptyFrameSink(() => undefined);
      case "ready":
        return emptyFrameSink(() => ((peer.layout = frame.layout), this.tell()));
      case "seen":
        return this.takeSeen(peer, frame.rows, bytes);
      case "part": {
        const { step, loss, norm, counts } = frame;
        return this.takeVector(peer, bytes, () => {
          if (this.ranks().every((one) => one.head === null)) this.firstAt = performance.now();
          peer.head = { step, loss, norm, counts };
        });
      }
      case "weights":
        return this.takeVector(peer, bytes, () => (peer.counts = frame.counts));
    }
  }

  private takeSeen(peer: Peer, rows: number, bytes: number): FrameSink {
    if (bytes > MOST_SEEN || bytes < 4 * rows) throw new Error("more rows than it can have read");
    const into = new Uint8Array(bytes);
    const done = (): void => {
      peer.seen.push({ rows: new Uint32Array(into.buffer, 0, rows), logits: into.subarray(4 * rows) });
    };
    return { into, done };
  }

  private takeVector(peer: Peer, bytes: number, note: () => void): FrameSink {
    const buffer = this.buffers.get(peer.rank);
    if (!buffer || (bytes !== 0 && bytes !== buffer.byteLength)) throw new Error("gradients of a different model");
    note();
    peer.filled = 0;
    const into = new Uint8Array(buffer.buffer, 0, bytes);
    const onPart = (filled: number): void => {
      peer.filled = filled >> 2;
      this.advance();
    };
    return { into, onPart, done: () => this.advance() };
  }

  private async collect(ownValues: Float32Array, how: Pick<Collecting, "ready" | "answer" | "combine">): Promise<void> {
    if (this.failure) throw this.failure;
    await new Promise<void>((resolve, reject) => {
      this.fails = reject;
      this.collecting = { ownValues, ...how, resolve, answered: false, summed: 0 };
      this.advance();
    });
  }

  /** Sums the data that all ranks have sent, and sends the sum back. */
  private advance(): void {
    const round = this.collecting;
    if (!round?.ready()) return;
    const peers = this.ranks();
    const { ownValues } = round;
    if (!round.answered) {
      round.answered = true;
      const head = frameHead(round.answer(), ownValues.byteLength);
      for (const { link } of peers) link.begin(head);
    }
    const there = ownValues.length === 0 ? 0 : Math.min(...peers.map(({ filled }) => filled));
    while (round.summed < ownValues.length && (there === ownValues.length || there - round.summed >= PIECE)) {
      const until = Math.min(ownValues.length, round.summed + PIECE);
      round.combine(
        peers.map(({ rank }) => mustGet(this.buffers, rank, "buffer of a rank")),
        round.summed,
        until,
      );
      const piece = new Uint8Array(
        ownValues.buffer,
        ownValues.byteOffset + 4 * round.summed,
        4 * (until - round.summed),
      );
      for (const { link } of peers) link.write(piece);
      round.summed = until;
    }
    if (round.summed < ownValues.length) return;
    this.collecting = null;
    for (const peer of peers) {
      peer.link.open = false;
      Object.assign(peer, { head: null, counts: null, filled: 0 });
    }
    round.resolve();
  }

  /** Waits for a condition that a frame or a new rank may fulfil. */
  private async until(is: () => boolean): Promise<void> {
    while (!is()) {
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve, reject) => {
        this.tell = resolve;
        this.fails = reject;
      });
    }
    if (this.failure) throw this.failure;
  }
}

/** Combines the ranks' metrics of an update. */
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * Each loss is a contribution to the update's mean, so they are added. The norm of the summed gradients is not known
 * yet.
 */
function summed(rankMetrics: readonly UpdateMetrics[]): UpdateMetrics {
  return {
    loss: sum(rankMetrics.map(({ loss }) => loss)),
    norm: 0,
    counts: sum(rankMetrics.map(({ counts }) => counts)),
  };
}
/** Combines per-rank means, weighted by item count. */
function meant(rankMetrics: readonly UpdateMetrics[]): UpdateMetrics {
  const counts = sum(rankMetrics.map((one) => one.counts));
  const by = (metric: "loss" | "norm"): number =>
    counts === 0
      ? 0
      : sum(rankMetrics.filter((one) => one.counts > 0).map((one) => (one[metric] * one.counts) / counts));
  return { loss: by("loss"), norm: by("norm"), counts };
}
