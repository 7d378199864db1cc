/**
 * A federation that hides who takes part (McMahan et al. 2018): each client is sampled independently per round, its
 * update is clipped to a maximum norm, all clients have equal weight, and the sum has noise. Randomness comes from the
 * system's generator, never from a seed.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import { secureNormal, poissonSample, UniformGenerator } from "../../training/private/secret.js";

export interface ClientPrivacyOptions {
  readonly plan: Pick<PrivacyPlan, "clip" | "noise" | "rate">;
  readonly clients: number;
  /** Defaults to the system's generator. */
  readonly uniform?: UniformGenerator;
}

export class ClientPrivacy {
  private readonly uniform: UniformGenerator;

  constructor(private readonly options: ClientPrivacyOptions) {
    this.uniform = options.uniform ?? new UniformGenerator();
  }

  /** Expected clients per round: the sum is divided by this, whatever the actual number. */
  get expected(): number {
    return this.options.plan.rate * this.options.clients;
  }

  /** Samples the numbers of a round's clients, ascending; may be empty. */
  sample(): readonly number[] {
    return [...poissonSample(this.options.clients, this.options.plan.rate, this.uniform)];
  }

  /** Samples the clients that do not respond, each with probability `share`. */
  lost(clients: readonly number[], share: number): readonly number[] {
    return share > 0
      ? [...poissonSample(clients.length, share, this.uniform)].map((index) => mustExist(clients[index], "a client"))
      : [];
  }

  get clip(): number {
    return this.options.plan.clip;
  }

  /**
   * Clips to norm `clip`; returns zeros for a vector that is not finite, so that a diverged client is not revealed.
   */
  cut(delta: Float32Array): Float32Array {
    const greatest = delta.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(greatest)) return new Float32Array(delta.length);
    const norm = greatest * Math.sqrt(delta.reduce((sum, value) => sum + (value / (greatest || 1)) ** 2, 0));
    const { clip } = this.options.plan;
    return norm <= clip ? delta : delta.map((value) => (value * clip) / norm);
  }

  /** Noise for a sum of this many values, with standard deviation noise · clip. */
  noise(values: number): Float32Array {
    const { bytes } = secureNormal([values], this.options.plan.noise * this.options.plan.clip, this.uniform);
    return new Float32Array(bytes.buffer, bytes.byteOffset, values);
  }
}
