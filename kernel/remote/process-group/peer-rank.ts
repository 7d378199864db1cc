/**
 * A peer rank's end of a process group: it joins the coordinator, waits for the initial state and takes part in each
 * round. It does not know the schedule: while the coordinator validates or writes a checkpoint, its response is just
 * later. If a rank is lost, pending calls fail with `rank-lost`; after the training, with `ProcessGroupEnded`.
 */
import { connect } from "node:net";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  parseMessageFromRoot,
  serializeMetrics,
  type MessageFromRoot,
  type RankHello,
  type UpdateMetrics,
} from "./contract.js";
import { sendFrame, type FrameSink } from "./frames.js";
import type { RankRowLogits } from "./root-rank.js";
import { RankLink, emptyFrameSink, LINK_TIMES, type LinkTimes } from "./link.js";

export interface RankJoinOptions extends Omit<RankHello, "is"> {
  readonly address: string;
  readonly port: number;
}
/** The coordinator has completed the training. */
export class ProcessGroupEnded extends Error {
  override readonly name = "GangEnded";
}
type Whole = Extract<MessageFromRoot, { is: "whole" }>;

export class PeerRank {
  private vector: Float32Array = new Float32Array(0);
  private state: Uint8Array = new Uint8Array(0);
  private step: number | undefined;
  private waiting: { resolve(head: MessageFromRoot): void; reject(error: unknown): void } | null = null;
  private came: MessageFromRoot[] = [];
  private failure: Error | null = null;
  private link: RankLink | null = null;

  private constructor(private readonly joins: RankJoinOptions) {}

  /** Throws the coded errors `rank-refused` and `rank-lost`. */
  static async join(joins: RankJoinOptions, times: LinkTimes = LINK_TIMES): Promise<PeerRank> {
    const spoke = new PeerRank(joins);
    const socket = connect({ host: joins.address, port: joins.port });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(spoke.lost(0, error.message)));
    });
    const { token, rank, of: rankCount, version, recipe } = joins;
    sendFrame(socket, { is: "hello", token, rank, of: rankCount, version, recipe });
    const takes = (head: unknown, bytes: number): FrameSink => spoke.take(parseMessageFromRoot(head), bytes);
    // Longer than the coordinator's timeout, so that the coordinator detects a silent rank first and reports it.
    const patient = { ...times, silence: times.silence * 1.5 };
    spoke.link = new RankLink(socket, takes, (why) => spoke.fail(spoke.lost(0, why)), patient);
    // Sends only the first frame before the welcome, because admission reads only that one.
    spoke.link.open = true;
    await spoke.next("welcome");
    spoke.link.open = false;
    return spoke;
  }

  /**
   * Reports that the model is open. Returns the step after which all continue, once its state is in `state` (in the
   * order of the layout).
   */
  async ready(layout: string, length: number, state: Uint8Array): Promise<number> {
    this.vector = new Float32Array(length);
    this.state = state;
    this.link?.send({ is: "ready", layout });
    return (await this.next("begin")).step;
  }

  /**
   * Sends the results of its rows and returns those of all. `sum` holds the sum of the gradients until the next round.
   */
  async update(
    step: number,
    metrics: UpdateMetrics,
    gradients: Float32Array | null,
    seen: readonly RankRowLogits[],
  ): Promise<Whole> {
    this.step = step;
    for (const { rows, logits } of seen)
      this.link?.send({ is: "seen", rows: rows.length }, bytesOfArrayView(rows), logits);
    const head = serializeMetrics({ is: "part", step, ...metrics });
    this.link?.send(head, ...(gradients ? [bytesOfArrayView(gradients)] : []));
    return this.next("whole");
  }

  /** @returns the mean of all weights, valid until the next round */
  async average(step: number, counts: number, weights: Float32Array): Promise<Float32Array> {
    this.link?.send({ is: "weights", step, counts }, bytesOfArrayView(weights));
    await this.next("mean");
    return this.vector;
  }

  get sum(): Float32Array {
    return this.vector;
  }

  /** Rejects with `ProcessGroupEnded` when the coordinator ends the group, or when a rank is lost. */
  async over(): Promise<never> {
    const frame = await this.next("end");
    throw this.lost(0, `it sent ${frame.is} twice`);
  }

  close(): void {
    this.failure ??= new ProcessGroupEnded();
    this.link?.end();
  }

  private take(frame: MessageFromRoot, bytes: number): FrameSink {
    const come = (): void => this.come(frame);
    switch (frame.is) {
      case "beat":
        return emptyFrameSink(() => undefined);
      case "begin":
        return { into: this.state, done: come };
      case "whole":
      case "mean":
        return { into: bytes === 0 ? new Uint8Array(0) : bytesOfArrayView(this.vector), done: come };
      case "refused":
        return emptyFrameSink(() =>
          this.fail(new CodedError("rank-refused", { rank: this.joins.rank, why: frame.why })),
        );
      case "end":
        return emptyFrameSink(() => this.fail(new ProcessGroupEnded()));
      case "lost":
        return emptyFrameSink(() => this.fail(this.lost(frame.rank, frame.why)));
      case "welcome":
        return emptyFrameSink(come);
    }
  }

  private come(frame: MessageFromRoot): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting) waiting.resolve(frame);
    else this.came.push(frame);
  }

  private async next<K extends MessageFromRoot["is"]>(is: K): Promise<Extract<MessageFromRoot, { is: K }>> {
    const frame =
      this.came.shift() ??
      (await new Promise<MessageFromRoot>((resolve, reject) => {
        if (this.failure) reject(this.failure);
        else this.waiting = { resolve, reject };
      }));
    if (frame.is !== is) throw this.lost(0, `it sent ${frame.is} where ${is} was expected`);
    return frame as Extract<MessageFromRoot, { is: K }>;
  }

  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.link?.end();
    this.waiting?.reject(error);
    this.waiting = null;
  }
  private lost(rank: number, why: string): CodedError<"rank-lost"> {
    return new CodedError("rank-lost", {
      rank,
      of: this.joins.of,
      ...(this.step !== undefined && { step: this.step }),
      why,
    });
  }
}

export function bytesOfArrayView({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
