/**
 * Personal parameters of clients: trained on a client's rows, never sent (Arivazhagan et al. 2019, FedPer). A
 * simulation has those of all clients, so the resulting model gets the mean of the trained ones, weighted by rows; real
 * clients never send them.
 */
import type { StateVector } from "../../../remote/process-group/state-vector.js";

/** Key of the heads in the saved state. */
export const HEAD_KEY = "head";

export interface ClientHeadsOptions {
  /** State vector in the model that all clients of this machine train in turn. */
  readonly vector: Pick<StateVector, "gather" | "scatter">;
  /** Initial head of each client: the base's, or a fresh one. */
  readonly initial: Float32Array;
  readonly rows: readonly number[];
}

export class ClientHeads {
  /** By client number; only clients that have trained. */
  private readonly headByClient = new Map<number, Float32Array>();

  constructor(private readonly options: ClientHeadsOptions) {}

  get initial(): Float32Array {
    return this.options.initial;
  }
  headOf(client: number): Float32Array {
    return this.headByClient.get(client) ?? this.options.initial;
  }
  /** The head of a client; null if it has not trained. */
  trained(client: number): Float32Array | null {
    return this.headByClient.get(client) ?? null;
  }

  /** Loads the client's head into the engine. */
  into(client: number): Promise<void> {
    return this.options.vector.scatter(this.headOf(client));
  }
  /** Stores the engine's head as the client's. */
  async from(client: number): Promise<void> {
    this.headByClient.set(client, (await this.options.vector.gather()).slice());
  }
  /** `head` is null if the client has not trained. */
  takeUp(client: number, head: Float32Array | Float64Array | null): void {
    if (head) this.headByClient.set(client, Float32Array.from(head));
    else this.headByClient.delete(client);
  }

  /** Loads the mean head, that of the resulting model, into the engine. */
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
