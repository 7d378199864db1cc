/**
 * Another rank's end of a gang: it joins the hub, waits for the state that all begin with, and takes part in each round. It
 * knows of nothing that is due: where the hub validates or writes a checkpoint, its answer only comes later. Where the hub, or
 * through it another rank, is lost, whatever waits fails with `rank-lost`; where the training is over, with `GangEnded`.
 */
import { connect } from "node:net";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { fromHubIn, written, type FromHub, type Hello, type Told } from "./contract.js";
import { send, type Taking } from "./frames.js";
import type { SeenThere } from "./root-rank.js";
import { Link, nothing, TIMES, type LinkTimes } from "./link.js";

export interface Joins extends Omit<Hello, "is"> {
  readonly address: string;
  readonly port: number;
}
/** The hub has all that it wants. */
export class GangEnded extends Error {
  override readonly name = "GangEnded";
}
type Whole = Extract<FromHub, { is: "whole" }>;

export class Spoke {
  private vector: Float32Array = new Float32Array(0);
  private state: Uint8Array = new Uint8Array(0);
  private step: number | undefined;
  private waiting: { resolve(head: FromHub): void; reject(error: unknown): void } | null = null;
  private came: FromHub[] = [];
  private failure: Error | null = null;
  private link: Link | null = null;

  private constructor(private readonly joins: Joins) {}

  /** Coded errors `rank-refused`, `rank-lost`. */
  static async join(joins: Joins, times: LinkTimes = TIMES): Promise<Spoke> {
    const spoke = new Spoke(joins);
    const socket = connect({ host: joins.address, port: joins.port });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(spoke.lost(0, error.message)));
    });
    const { token, rank, of, version, recipe } = joins;
    send(socket, { is: "hello", token, rank, of, version, recipe });
    const takes = (head: unknown, bytes: number): Taking => spoke.take(fromHubIn(head), bytes);
    // The hub finds out first who is silent, and says so.
    const patient = { ...times, silence: times.silence * 1.5 };
    spoke.link = new Link(socket, takes, (why) => spoke.fail(spoke.lost(0, why)), patient);
    // Nothing but the first frame before the welcome: who looks at that one wants no other.
    spoke.link.open = true;
    await spoke.next("welcome");
    spoke.link.open = false;
    return spoke;
  }

  /** The model is open; what comes back: the step that all go on after, once its state is in `state` (bytes as the layout has them). */
  async ready(layout: string, length: number, state: Uint8Array): Promise<number> {
    this.vector = new Float32Array(length);
    this.state = state;
    this.link?.send({ is: "ready", layout });
    return (await this.next("begin")).step;
  }

  /** What came of its rows; the answer of all. The sum of the gradients is in what `sum` gives until the next round. */
  async update(step: number, told: Told, gradients: Float32Array | null, seen: readonly SeenThere[]): Promise<Whole> {
    this.step = step;
    for (const { rows, logits } of seen) this.link?.send({ is: "seen", rows: rows.length }, bytesOf(rows), logits);
    const head = written({ is: "part", step, ...told });
    this.link?.send(head, ...(gradients ? [bytesOf(gradients)] : []));
    return this.next("whole");
  }

  /** @returns the mean of all weights, until the next round */
  async average(step: number, counts: number, weights: Float32Array): Promise<Float32Array> {
    this.link?.send({ is: "weights", step, counts }, bytesOf(weights));
    await this.next("mean");
    return this.vector;
  }

  get sum(): Float32Array {
    return this.vector;
  }

  /** Settles when the hub ends the gang, as `GangEnded`, or when somebody is lost. */
  async over(): Promise<never> {
    const frame = await this.next("end");
    throw this.lost(0, `it said ${frame.is} twice`);
  }

  close(): void {
    this.failure ??= new GangEnded();
    this.link?.end();
  }

  private take(frame: FromHub, bytes: number): Taking {
    const come = (): void => this.come(frame);
    switch (frame.is) {
      case "beat":
        return nothing(() => undefined);
      case "begin":
        return { into: this.state, done: come };
      case "whole":
      case "mean":
        return { into: bytes === 0 ? new Uint8Array(0) : bytesOf(this.vector), done: come };
      case "refused":
        return nothing(() => this.fail(new CodedError("rank-refused", { rank: this.joins.rank, why: frame.why })));
      case "end":
        return nothing(() => this.fail(new GangEnded()));
      case "lost":
        return nothing(() => this.fail(this.lost(frame.rank, frame.why)));
      case "welcome":
        return nothing(come);
    }
  }

  private come(frame: FromHub): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting) waiting.resolve(frame);
    else this.came.push(frame);
  }

  private async next<K extends FromHub["is"]>(is: K): Promise<Extract<FromHub, { is: K }>> {
    const frame =
      this.came.shift() ??
      (await new Promise<FromHub>((resolve, reject) => {
        if (this.failure) reject(this.failure);
        else this.waiting = { resolve, reject };
      }));
    if (frame.is !== is) throw this.lost(0, `it said ${frame.is} where ${is} was to come`);
    return frame as Extract<FromHub, { is: K }>;
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

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
