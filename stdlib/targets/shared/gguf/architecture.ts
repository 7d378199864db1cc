/** Describes an architecture for llama.cpp: its metadata, its tensor names, and conversions of tensor elements. */
import type { ModelToDeploy } from "../../kind.js";
import type { GgufMetadata } from "./header.js";
import type { GgufTensorNameMapping } from "./names.js";

export interface GgufTensor {
  /** Name in a checkpoint. */
  readonly name: string;
  /** Name within a block; null if outside the blocks. */
  readonly part: string | null;
  /** Shape in a checkpoint. */
  readonly shape: readonly number[];
}
/** Input of an architecture's functions: config.json, and the family's parsed form of it. */
export type ArchitectureInput<C> = Pick<ModelToDeploy, "config" | "shapes"> & { readonly read: C };

export interface GgufArchitecture<C = unknown> {
  /** `general.architecture`; metadata keys begin with it. */
  readonly name: string;
  readonly names: GgufTensorNameMapping;
  /** Prefix of the body's tensors in a checkpoint. */
  readonly prefix: string;
  /** Returns why llama.cpp can't run the model, as part of a sentence; null if it can. */
  refuses(model: ArchitectureInput<C>): string | null;
  /** Metadata keys without the architecture's name. */
  metadata(model: ArchitectureInput<C>): GgufMetadata;
  /** Number of layers, and whether the head is tied to the embedding. */
  sizes(read: C): { readonly layers: number; readonly tied: boolean; readonly vocabulary: number };
  /** Maximum context in tokens: limited to the model's attention window if llama.cpp doesn't support one. */
  context(read: C): number;
  /** Converts a tensor's elements; by default they are unchanged. */
  elements?(model: ArchitectureInput<C>, tensor: GgufTensor, data: Float32Array): Float32Array;
  /** Returns the converted shape; by default unchanged. */
  shape?(tensor: GgufTensor): readonly number[];
  /** Returns additional tensors that a checkpoint doesn't have. */
  more?(model: ArchitectureInput<C>): Readonly<Record<string, Float32Array>>;
}
