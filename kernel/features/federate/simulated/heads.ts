/**
 * What of a model each client keeps for itself: trained on its rows, never sent (Arivazhagan et al. 2019, FedPer). A simulation
 * has those of all clients at hand, so the model that comes out has the mean of those that were trained, by rows; real clients
 * hand none of them over.
 */
import type { StateVector } from "../../../remote/process-group/state-vector.js";

/** What they are called beside a checkpoint. */
export const HEAD = "head";

export interface HeadsOptions {
  /** The model that all clients of this machine train, one after the other. */
  readonly vector: Pick<StateVector, "gather" | "scatter">;
  /** What each begins with: the base's own, or a fresh one. */
  readonly initial: Float32Array;
  /** Rows of each client. */
  readonly rows: readonly number[];
}

export class Heads {
  /** By the number of the client; of those that have trained. */
  private readonly own = new Map<number, Float32Array>();

  constructor(private readonly o: HeadsOptions) {}

  get initial(): Float32Array {
    return this.o.initial;
  }
  of(client: number): Float32Array {
    return this.own.get(client) ?? this.o.initial;
  }
  /** Of a client that has trained; null: it hasn't. */
  trained(client: number): Float32Array | null {
    return this.own.get(client) ?? null;
  }

  /** The engine has the client's. */
  into(client: number): Promise<void> {
    return this.o.vector.scatter(this.of(client));
  }
  /** The client's is what the engine has. */
  async from(client: number): Promise<void> {
    this.own.set(client, (await this.o.vector.gather()).slice());
  }
  /** Null: it hasn't trained. */
  takeUp(client: number, head: Float32Array | Float64Array | null): void {
    if (head) this.own.set(client, Float32Array.from(head));
    else this.own.delete(client);
  }

  /** The engine has what the model that comes out has. */
  mean(): Promise<void> {
    return this.o.vector.scatter(this.averaged());
  }
  private averaged(): Float32Array {
    const all = [...this.own].map(([client, head]) => ({ head, rows: this.o.rows[client] ?? 0 }));
    const rows = all.reduce((sum, one) => sum + one.rows, 0);
    if (rows === 0) return this.o.initial;
    return this.o.initial.map((_, i) => all.reduce((sum, one) => sum + (one.rows / rows) * (one.head[i] ?? 0), 0));
  }
}
