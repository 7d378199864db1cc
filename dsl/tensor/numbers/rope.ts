/**
 * Rotary position embedding (Su et al., 2021, arXiv 2104.09864): the angle of each pair of a head's elements is
 * position × frequency. Every method that stretches the frequencies to longer texts reduces to a list of frequencies
 * and a factor on cosine and sine. This file computes both as transformers does.
 */
import {
  flagAttribute,
  numberAttribute,
  numberListAttribute,
  optionalAttribute,
  type InferAttributes,
} from "../attributes.js";
import type { Type } from "../program.js";
import { OpInputError, sameShape, requireFloat } from "../shape.js";

export interface RotaryFrequencies {
  /** Radians per position, one for each pair of elements. */
  readonly frequencies: readonly number[];
  /** Multiplies cosines and sines (attention scaling of YaRN and LongRoPE). */
  readonly factor: number;
}
export type RopeScaling =
  | { readonly type: "default" }
  /** Divides positions by `factor`. */
  | { readonly type: "linear"; readonly factor: number }
  /** NTK-aware: the base grows with the length, taken at the longest, `length` (defaults to the model's own). */
  | { readonly type: "dynamic"; readonly factor: number; readonly length?: number }
  /** LLaMA 3.1: divides long wavelengths by `factor`, leaves short ones unchanged, and blends between them. */
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly low_freq_factor: number;
      readonly high_freq_factor: number;
      readonly original_max_position_embeddings: number;
    }
  /** Peng et al., 2023, arXiv 2309.00071. */
  | {
      readonly type: "yarn";
      readonly factor: number;
      readonly original_max_position_embeddings: number;
      readonly attention_factor?: number;
      readonly beta_fast?: number;
      readonly beta_slow?: number;
      readonly mscale?: number;
      readonly mscale_all_dim?: number;
      readonly truncate?: boolean;
    }
  /**
   * Ding et al., 2024, arXiv 2402.13753: a divisor per frequency; the long ones apply where `length` exceeds the
   * original.
   */
  | {
      readonly type: "longrope";
      readonly short_factor: readonly number[];
      readonly long_factor: readonly number[];
      readonly original_max_position_embeddings: number;
      readonly factor?: number;
      readonly attention_factor?: number;
      readonly length?: number;
    };
export interface RopeConfig {
  /** Elements of a head that are rotated: all of them, or a part (`partial_rotary_factor`). */
  readonly size: number;
  /** `rope_theta`. */
  readonly theta: number;
  /** `max_position_embeddings`. */
  readonly positions: number;
  readonly scaling?: RopeScaling;
}

export function ropeFrequencies({
  size,
  theta,
  positions,
  scaling = { type: "default" },
}: RopeConfig): RotaryFrequencies {
  const powers = (base: number): number[] => Array.from({ length: size / 2 }, (_, i) => base ** ((2 * i) / size));
  const plain = powers(theta).map((p) => 1 / p);
  const unscaled = (frequencies: readonly number[]): RotaryFrequencies => ({
    frequencies: frequencies.map(Math.fround),
    factor: 1,
  });
  switch (scaling.type) {
    case "default":
      return unscaled(plain);
    case "linear":
      return unscaled(plain.map((f) => f / scaling.factor));
    case "dynamic": {
      const length = Math.max(scaling.length ?? positions, positions);
      const grown = theta * ((scaling.factor * length) / positions - (scaling.factor - 1)) ** (size / (size - 2));
      return unscaled(powers(grown).map((p) => 1 / p));
    }
    case "llama3": {
      const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: old } = scaling;
      const stretched = plain.map((f) => {
        const turns = (old * f) / (2 * Math.PI);
        if (turns < low) return f / factor;
        if (turns > high) return f;
        const share = (turns - low) / (high - low);
        return ((1 - share) * f) / factor + share * f;
      });
      return unscaled(stretched);
    }
    case "yarn":
      return yarn(plain, theta, scaling);
    case "longrope": {
      const { original_max_position_embeddings: old, factor = positions / old } = scaling;
      const divisors = (scaling.length ?? 0) > old ? scaling.long_factor : scaling.short_factor;
      const grown = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(old));
      return {
        frequencies: plain.map((f, i) => Math.fround(f / divisors[i]!)),
        factor: scaling.attention_factor ?? grown,
      };
    }
  }
}

function yarn(
  plain: readonly number[],
  theta: number,
  options: Extract<RopeScaling, { type: "yarn" }>,
): RotaryFrequencies {
  const { factor, original_max_position_embeddings: old, beta_fast = 32, beta_slow = 1, truncate = true } = options;
  const size = 2 * plain.length;
  /** Index of the pair that makes this many turns within the original length. */
  const pair = (turns: number): number => (size * Math.log(old / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const round = (x: number, by: (x: number) => number): number => (truncate ? by(x) : x);
  const low = Math.max(round(pair(beta_fast), Math.floor), 0);
  const end = Math.min(round(pair(beta_slow), Math.ceil), size - 1);
  const high = end === low ? end + 0.001 : end;
  const frequencies = plain.map((f, i) => {
    const ramp = Math.min(Math.max((i - low) / (high - low), 0), 1);
    return Math.fround((f / factor) * ramp + f * (1 - ramp));
  });
  const magnitude = (mscale: number): number => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const both =
    options.mscale && options.mscale_all_dim
      ? magnitude(options.mscale) / magnitude(options.mscale_all_dim)
      : magnitude(1);
  return { frequencies, factor: options.attention_factor ?? both };
}

export interface RopeAttributes extends RotaryFrequencies {
  readonly heads: number;
  /** Pairs are neighbours (2i, 2i + 1); otherwise halves of the rotated part (i, i + pairs), as in LLaMA. */
  readonly interleaved: boolean;
  /** Rotates back: the transposed rotation. */
  readonly inverse: boolean;
}
export const ROPE_ATTRIBUTES = {
  heads: numberAttribute,
  frequencies: numberListAttribute,
  factor: optionalAttribute(numberAttribute),
  interleaved: optionalAttribute(flagAttribute),
  inverse: optionalAttribute(flagAttribute),
};
export function ropeAttributes(given: InferAttributes<typeof ROPE_ATTRIBUTES>): RopeAttributes {
  return { factor: 1, interleaved: false, inverse: false, ...given };
}
export function inferRopeTypes(
  [x, positions]: readonly [Type, Type],
  attributes: InferAttributes<typeof ROPE_ATTRIBUTES>,
): readonly [Type] {
  const { heads, frequencies } = ropeAttributes(attributes);
  requireFloat(x, "x");
  const [batch, length, width] = x.shape;
  if (x.shape.length !== 3 || typeof width !== "number" || width % heads)
    throw new OpInputError(`x must be [batch, length, heads × size] with ${heads} heads`);
  if (2 * frequencies.length > width / heads)
    throw new OpInputError(`${frequencies.length} pairs don't fit into heads of ${width / heads}`);
  const fits = sameShape(positions.shape, [batch!, length!]) || sameShape(positions.shape, [length!]);
  if (positions.dtype !== "i32" || !fits) throw new OpInputError("positions must be i32 [batch, length] or [length]");
  return [x];
}
