/** How llama.cpp has an architecture: what a file says of it, what its tensors are called, and what their elements become. */
import type { DeployedModel } from "../../kind.js";
import type { GgufMetadata } from "./header.js";
import type { TensorNames } from "./names.js";

export interface GgufTensor {
  /** In a checkpoint. */
  readonly name: string;
  /** Within a block; null: outside. */
  readonly part: string | null;
  /** As in a checkpoint. */
  readonly shape: readonly number[];
}
/** What of a model is asked: its config.json, and what its family makes of that. */
export type ArchitectureInput<C> = Pick<DeployedModel, "config" | "shapes"> & { readonly read: C };

export interface GgufArchitecture<C = unknown> {
  /** `general.architecture`; keys of metadata begin with it. */
  readonly name: string;
  readonly names: TensorNames;
  /** The prefix of the body's tensors in a checkpoint. */
  readonly prefix: string;
  /** Why llama.cpp can't run it as it is, for a sentence; null: it can. */
  refuses(model: ArchitectureInput<C>): string | null;
  /** Keys without the architecture's name. */
  metadata(model: ArchitectureInput<C>): GgufMetadata;
  /** Layers, and whether the embedding is the head too. */
  sizes(read: C): { readonly layers: number; readonly tied: boolean; readonly vocabulary: number };
  /** Tokens that it may be fed: fewer than it was made for where it has a window that llama.cpp doesn't know. */
  context(read: C): number;
  /** What the elements become; absent: they stay as they are. */
  elements?(model: ArchitectureInput<C>, tensor: GgufTensor, data: Float32Array): Float32Array;
  /** The shape that they then have; absent: the same. */
  shape?(tensor: GgufTensor): readonly number[];
  /** Tensors that a checkpoint doesn't have. */
  more?(model: ArchitectureInput<C>): Readonly<Record<string, Float32Array>>;
}
