/**
 * What of a model each client keeps for itself: trained on its rows, never sent (Arivazhagan et al. 2019, FedPer). A simulation
 * has those of all clients at hand, so the model that comes out has the mean of those that were trained, by rows; real clients
 * hand none of them over.
 */
import type { StateVector } from "../../../remote/process-group/state-vector.js";

/** What they are called beside a checkpoint. */
export const HEAD_KEY = "head";

export interface ClientHeadsOptions {
  /** The model that all clients of this machine train, one after the other. */
  readonly vector: Pick<StateVector, "gather" | "scatter">;
  /** What each begins with: the base's own, or a fresh one. */
  readonly initial: Float32Array;
  /** Rows of each client. */
  readonly rows: readonly number[];
}

export class ClientHeads {
  /** By the number of the client; of those that have trained. */
  private readonly headByClient = new Map<number, Float32Array>();

  constructor(private readonly options: ClientHeadsOptions) {}

  get initial(): Float32Array {
    return this.options.initial;
  }
  headOf(client: number): Float32Array {
    return this.headByClient.get(client) ?? this.options.initial;
  }
  /** Of a client that has trained; null: it hasn't. */
  trained(client: number): Float32Array | null {
    return this.headByClient.get(client) ?? null;
  }

  /** The engine has the client's. */
  into(client: number): Promise<void> {
    return this.options.vector.scatter(this.headOf(client));
  }
  /** The client's is what the engine has. */
  async from(client: number): Promise<void> {
    this.headByClient.set(client, (await this.options.vector.gather()).slice());
  }
  /** Null: it hasn't trained. */
  takeUp(client: number, head: Float32Array | Float64Array | null): void {
    if (head) this.headByClient.set(client, Float32Array.from(head));
    else this.headByClient.delete(client);
  }

  /** The engine has what the model that comes out has. */
  mean(): Promise<void> {
    return this.options.vector.scatter(this.averaged());
  }
  private averaged(): Float32Array {
    const all = [...this.headByClient].map(([client, head]) => ({ head, rows: this.options.rows[client] ?? 0 }));
    const rows = all.reduce((sum, one) => sum + one.rows, 0);
    if (rows === 0) return this.options.initial;
    return this.options.initial.map((_, i) =>
      all.reduce((sum, one) => sum + (one.rows / rows) * (one.head[i] ?? 0), 0),
    );
  }
}
