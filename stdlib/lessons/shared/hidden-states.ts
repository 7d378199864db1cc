/** Compares hidden states of a student and a teacher. */
import { lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { BlockStates, HiddenStates, LossTermContext } from "../../losses/loss-term.js";

/**
 * Pairs each block of the student with the teacher's block at the same relative depth: block m of M with block m · N /
 * M of N.
 */
export function studentTeacherBlockPairs(
  student: HiddenStates,
  teacher: HiddenStates,
): readonly (readonly [student: BlockStates, teacher: BlockStates])[] {
  const [students, teachers] = [student.blocks.length, teacher.blocks.length];
  return student.blocks.map((block, i) => {
    const index = Math.max(1, Math.round(((i + 1) * teachers) / students)) - 1;
    return [block, mustExist(teacher.blocks[index], "a block of the teacher")];
  });
}

/** Averages `each`, f32 [batch, length], over the real tokens of each row, and sums over rows by their shares. */
export function lossFromTokenValues(each: Tensor, context: Pick<LossTermContext, "mask" | "share">): Tensor {
  const [mask, share] = [context.mask(), context.share()];
  const rows = each
    .multiply(mask)
    .sum([1])
    .divide(mask.sum([1]).maximum(1));
  return rows.multiply(share).sum();
}

/** Returns `x` at the teacher's width: `x` itself, or its image under a trained projection. */
export function projectToTeacherWidth(
  x: Tensor,
  { projection }: Pick<LossTermContext, "projection">,
  widths: { readonly in: number; readonly out: number },
): Tensor {
  return widths.in === widths.out ? x : projection("hidden", x, widths);
}

/**
 * Reshapes [batch, length, shared × size] to [batch, heads, length, size]; each shared head is repeated heads / shared
 * times.
 */
export function splitHeads(x: Tensor, heads: number, shared = heads): Tensor {
  const [batch, length] = x.shape as [string, string];
  const size = (lastOf(x.shape) as number) / shared;
  const split = x.reshape([batch, length, shared, size]).transpose([0, 2, 1, 3]);
  if (shared === heads) return split;
  const group = heads / shared;
  const all = Array.from({ length: heads }, (_, i) => split.slice(1, Math.floor(i / group), 1));
  return x.graph.concat(all, 1);
}

/** f32 [batch, 1, length, length]: 1 where a real token attends to a real token. */
export function attentionVisibility(mask: Tensor, causal: boolean): Tensor {
  const [batch, length] = mask.shape as [string, string];
  const both = mask.reshape([batch, length, 1]).multiply(mask.reshape([batch, 1, length]));
  const [query, key] = [both.range(1).reshape([length, 1]), both.range(2).reshape([1, length])];
  const visible = causal ? both.multiply(key.lessEqual(query).cast("f32")) : both;
  return visible.reshape([batch, 1, length, length]);
}
