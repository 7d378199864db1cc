/** Runtimes that read texts by themselves (a page's own script): texts of all sorts must become the same tokens there as here. */
import { must } from "#dsl/diagnostics/must.js";
import { tokensAt } from "../core/data/sequences/token-rows.js";
import { does } from "../core/session/words.js";
import { askerOf } from "../inference/asker.js";
import type { Asking } from "../inference/texts-asked.js";
import type { Deployment } from "./deployment.js";
import { goldenOf, type Golden } from "./golden.js";
import type { OpenedModel } from "./runtime.js";

type AskedGolden = Extract<Golden, { is: "asked" }>;

/** Throws where a text becomes other tokens there, or where its tokens stand elsewhere. */
export async function demandAlike(
  reads: NonNullable<OpenedModel["reads"]>,
  asking: Asking,
  { name, task, roles, max_length: maxLength }: Deployment,
): Promise<void> {
  const { read } = await askerOf(asking, name);
  const { rows: fed } = (await does(task, "task")).supervision;
  // Of texts that are read each by itself no two need belong together.
  const belong = fed === "apart" ? [] : roles;
  const { inputs } = goldenOf({ maxLength, roles: belong, mask: null, writes: false }) as AskedGolden;
  const { rows } = await read(inputs);
  const there = await reads(inputs);
  const { window } = rows.asked;
  // Of a question the rows are parts of its context, one after the other.
  const all = Array.from(rows.lengths, (_, row) => ({ row, of: window?.(row).of ?? row }));
  inputs.forEach((text, i) => {
    const own = all.filter(({ of }) => of === i);
    const ids = own.flatMap(({ row }) => Array.from(tokensAt(rows.ids, row)));
    const places = own.flatMap(({ row }) => {
      const part = window?.(row);
      return part ? [part.first, ...part.starts, ...part.ends] : [];
    });
    const { ids: itsIds, places: itsPlaces } = must(there[i], "what a text becomes there");
    if (String(ids) === String(itsIds) && String(places) === String(itsPlaces)) return;
    throw new Error(`the page reads ${JSON.stringify(text).slice(0, 80)} otherwise than the notebook`);
  });
}
