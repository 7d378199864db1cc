/** Every op of the training graph that tfjs computes, by name. */
import { decomposeUnsupportedOps } from "#dsl/tensor/passes/lowering.js";
import type { Program } from "#dsl/tensor/program.js";
import { arithmeticKernels } from "./arithmetic.js";
import { attentionKernels } from "./attention.js";
import { cacheKernels } from "./caches.js";
import { elementwiseKernels } from "./elementwise.js";
import { headKernels } from "./head.js";
import type { TfjsKernel, TfjsKernels } from "./op.js";
import { productKernels } from "./products.js";
import { ropeKernels } from "./rope.js";
import { shapingKernels } from "./shaping.js";
import { dequantizeKernels } from "./storage.js";
import { normLossOptimizerKernels } from "./training.js";

export const tfjsKernels: TfjsKernels = {
  ...cacheKernels,
  ...elementwiseKernels,
  ...arithmeticKernels,
  ...shapingKernels,
  ...productKernels,
  ...attentionKernels,
  ...ropeKernels,
  ...headKernels,
  ...normLossOptimizerKernels,
  ...dequantizeKernels,
};

/** Undefined where tfjs has no kernel for an op. */
export function kernelOf(op: string): TfjsKernel | undefined {
  const byName: Readonly<Record<string, TfjsKernel | undefined>> = tfjsKernels;
  return Object.hasOwn(byName, op) ? byName[op] : undefined;
}
/** Lowers a program to ops that have kernels in this engine, as far as possible. */
export function lowerForTfjs(program: Program): Program {
  return decomposeUnsupportedOps(program, (op) => kernelOf(op) !== undefined);
}
