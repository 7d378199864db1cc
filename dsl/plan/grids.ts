/** Whether a search that tries each combination once can count the values that a sweep varies. */
import { replace } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import type { Expression } from "../syntax/tree.js";
import type { Call } from "../types/value.js";
import type { Space, SweepPlan } from "./plan.js";
import type { Program } from "./program.js";

const FEW = 4;

/** Reports the first range in which every number counts, where the search takes none such. */
export function checkGrid(
  program: Program,
  search: Call,
  vary: SweepPlan["vary"],
  places: { readonly search: Span | undefined; readonly block: Expression | undefined; readonly here: Span },
): boolean {
  const points = program.registry.find("search", search.word)?.capabilities?.points;
  if (!points || points(search) !== null) return true;
  for (const [path, space] of Object.entries(vary)) {
    const endless = endlessIn(path, space);
    if (endless === null) continue;
    const fix = places.search && replace(places.search, `${search.word}(${FEW})`);
    program.report("not-a-grid", { path: endless, search: search.word }, placeOf(path, places), fix ? { fix } : {});
    return false;
  }
  return true;
}

function placeOf(path: string, { block, here }: { readonly block: Expression | undefined; readonly here: Span }): Span {
  const entries = block?.is === "block" ? block.entries : [];
  return entries.find((entry) => entry.key.path.join(".") === path)?.value?.span ?? here;
}

/** The path of a range in which every number counts. */
function endlessIn(path: string, space: Space): string | null {
  if (!("of" in space)) return space.integer || "step" in space || space.from === space.to ? null : path;
  const inner = space.of.flatMap((option): [string, Space][] => {
    if (typeof option !== "object" || option === null) return [];
    if ("space" in option) return [[path, option as Space]];
    if (!("nested" in option)) return [];
    const spaces = option.spaces as Readonly<Record<string, Space>>;
    return Object.entries(spaces).map(([argument, one]) => [`${path}.${argument}`, one]);
  });
  return inner.map(([at, one]) => endlessIn(at, one)).find((found) => found !== null) ?? null;
}
