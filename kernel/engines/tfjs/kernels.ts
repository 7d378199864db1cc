/** Every op of the training graph that tfjs computes here, by name. */
import { lowered } from "#dsl/tensor/passes/lowering.js";
import type { Program } from "#dsl/tensor/program.js";
import { arithmetic } from "./arithmetic.js";
import { attention } from "./attention.js";
import { caches } from "./caches.js";
import { elementwise } from "./elementwise.js";
import { head } from "./head.js";
import type { Kernel, Kernels } from "./op.js";
import { products } from "./products.js";
import { ropes } from "./rope.js";
import { shaping } from "./shaping.js";
import { storage } from "./storage.js";
import { training } from "./training.js";

export const kernels: Kernels = {
  ...caches,
  ...elementwise,
  ...arithmetic,
  ...shaping,
  ...products,
  ...attention,
  ...ropes,
  ...head,
  ...training,
  ...storage,
};

/** Undefined where tfjs has no kernel for an op. */
export function kernelOf(op: string): Kernel | undefined {
  const byName: Readonly<Record<string, Kernel | undefined>> = kernels;
  return Object.hasOwn(byName, op) ? byName[op] : undefined;
}
/** A program of ops that have kernels here, as far as it can be made of such. */
export function loweredHere(program: Program): Program {
  return lowered(program, (op) => kernelOf(op) !== undefined);
}
