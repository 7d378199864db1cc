/** How far what goes on within two bodies is apart: of each row over its real tokens, of the rows by their shares. */
import { lastOf, must } from "#dsl/diagnostics/must.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { Lesson, Within, WithinBlock } from "../../kinds/lesson.js";

/** Blocks of the student beside those of the teacher at the same height: block m of M stands beside m · N / M of N. */
export function sideBySide(student: Within, teacher: Within): readonly (readonly [WithinBlock, WithinBlock])[] {
  const [own, of] = [student.blocks.length, teacher.blocks.length];
  return student.blocks.map((block, i) => {
    const at = Math.max(1, Math.round(((i + 1) * of) / own)) - 1;
    return [block, must(teacher.blocks[at], "a block of the teacher")];
  });
}

/** `each`: f32 [batch, length] → the mean over real tokens of each row, times the rows' shares. */
export function overTokens(each: Tensor, { mask, share }: Pick<Lesson, "mask" | "share">): Tensor {
  const rows = each
    .multiply(mask)
    .sum([1])
    .divide(mask.sum([1]).maximum(1));
  return rows.multiply(share).sum();
}

/** The tensor as wide as the teacher's: itself, or through a map that is learnt. */
export function asWide(
  x: Tensor,
  { map }: Pick<Lesson, "map">,
  o: { readonly in: number; readonly out: number },
): Tensor {
  return o.in === o.out ? x : map("hidden", x, o);
}

/** [batch, length, heads × size] → [batch, heads, length, size], each of `shared` heads repeated for `heads` of them. */
export function headsOf(x: Tensor, heads: number, shared = heads): Tensor {
  const [batch, length] = x.shape as [string, string];
  const size = (lastOf(x.shape) as number) / shared;
  const parted = x.reshape([batch, length, shared, size]).transpose([0, 2, 1, 3]);
  if (shared === heads) return parted;
  const group = heads / shared;
  const all = Array.from({ length: heads }, (_, i) => parted.slice(1, Math.floor(i / group), 1));
  return x.graph.concat(all, 1);
}

/** f32 [batch, 1, length, length]: 1 where a real token sees a real token. */
export function pairsSeen(mask: Tensor, causal: boolean): Tensor {
  const [batch, length] = mask.shape as [string, string];
  const both = mask.reshape([batch, length, 1]).multiply(mask.reshape([batch, 1, length]));
  const [query, key] = [both.range(1).reshape([length, 1]), both.range(2).reshape([1, length])];
  const seen = causal ? both.multiply(key.lessEqual(query).cast("f32")) : both;
  return seen.reshape([batch, 1, length, length]);
}
