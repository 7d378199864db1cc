/**
 * A federation in which it stays hidden who takes part (McMahan et al. 2018): each client is in a round with a chance of its own,
 * its update is cut to a greatest norm, all count the same, and the sum has noise. Drawn by the system's generator, never by a seed.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/recipe.js";
import { secureNormal, poissonSample, UniformGenerator } from "../../training/private/secret.js";

export interface ClientPrivacyOptions {
  readonly plan: Pick<PrivacyPlan, "clip" | "noise" | "rate">;
  readonly clients: number;
  /** Absent: drawn by the system's generator. */
  readonly uniform?: UniformGenerator;
}

export class ClientPrivacy {
  private readonly uniform: UniformGenerator;

  constructor(private readonly options: ClientPrivacyOptions) {
    this.uniform = options.uniform ?? new UniformGenerator();
  }

  /** Clients that a round has on average: what its sum is divided by, however many there are. */
  get expected(): number {
    return this.options.plan.rate * this.options.clients;
  }

  /** Numbers of the clients of a round, ascending; there may be none. */
  sample(): readonly number[] {
    return [...poissonSample(this.options.clients, this.options.plan.rate, this.uniform)];
  }

  /** Of those asked, the ones that don't answer: each by a chance of `share`. */
  lost(clients: readonly number[], share: number): readonly number[] {
    return share > 0
      ? [...poissonSample(clients.length, share, this.uniform)].map((index) => must(clients[index], "a client"))
      : [];
  }

  get clip(): number {
    return this.options.plan.clip;
  }

  /** Of a length of `clip` at most; none where it is no vector of numbers: one that has run away says so to nobody. */
  cut(delta: Float32Array): Float32Array {
    const greatest = delta.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(greatest)) return new Float32Array(delta.length);
    const norm = greatest * Math.sqrt(delta.reduce((sum, value) => sum + (value / (greatest || 1)) ** 2, 0));
    const { clip } = this.options.plan;
    return norm <= clip ? delta : delta.map((value) => (value * clip) / norm);
  }

  /** Of a sum of as many values: a standard deviation of noise · clip. */
  noise(values: number): Float32Array {
    const { bytes } = secureNormal([values], this.options.plan.noise * this.options.plan.clip, this.uniform);
    return new Float32Array(bytes.buffer, bytes.byteOffset, values);
  }
}
