/** Whether a grid search, which tries each combination once, can enumerate the values that a sweep varies. */
import { replacementFix } from "../../../language/diagnostics/reporter.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { Expression } from "../../../language/syntax/tree.js";
import type { Call } from "../../../language/types/value.js";
import type { SettingSearchSpace, SweepPlan } from "./sweep-plan.js";
import type { Program } from "../program.js";

const FEW = 4;
/** Grids with more trials than this need an explicit limit. */
const MANY = 10_000n;

interface Places {
  readonly search: Span | undefined;
  readonly block: Expression | undefined;
  readonly here: Span;
}

/**
 * Reports the first continuous range if the search cannot sample points from it, and a grid that is too large.
 * `bounded`: trials, time or tokens end the sweep.
 */
export function checkGrid(
  program: Program,
  search: Call,
  vary: SweepPlan["vary"],
  places: Places,
  bounded: boolean,
): boolean {
  const points = program.registry.find("search", search.word)?.capabilities?.pointsOfRange;
  if (!points) return true;
  const most = points(search);
  if (most !== null) return bounded || checkSize(program, search, { vary, most, places });
  for (const [path, space] of Object.entries(vary)) {
    const endless = endlessIn(path, space);
    if (endless === null) continue;
    const fix = places.search && replacementFix(places.search, `${search.word}(${FEW})`);
    program.report("not-a-grid", { path: endless, search: search.word }, placeOf(path, places), fix ? { fix } : {});
    return false;
  }
  return bounded || checkSize(program, search, { vary, most, places });
}

/** Reports a grid with too many combinations if nothing else ends the sweep. */
function checkSize(
  program: Program,
  search: Call,
  options: { readonly vary: SweepPlan["vary"]; readonly most: number | null; readonly places: Places },
): boolean {
  const count = Object.values(options.vary).reduce((all, space) => all * countOf(space, options.most), 1n);
  if (count <= MANY) return true;
  program.report(
    "grid-without-end",
    { search: search.word, points: inWords(count) },
    options.places.search ?? options.places.here,
  );
  return false;
}

/** Counts the values of a space; `most`: cap for a range. */
function countOf(space: SettingSearchSpace, most: number | null): bigint {
  if ("of" in space) return space.of.reduce((sum, option) => sum + countIn(option, most), 0n);
  const { from, to, step, integer } = space;
  if (step !== undefined) return BigInt(Math.floor((to - from) / step + 1e-9) + 1);
  const all = integer ? Math.floor(to) - Math.ceil(from) + 1 : from === to ? 1 : Number.POSITIVE_INFINITY;
  return BigInt(Math.min(all, most ?? Number.MAX_SAFE_INTEGER));
}
/** Counts the combinations of what varies within an option. */
function countIn(
  option: Extract<SettingSearchSpace, { readonly of: unknown }>["of"][number],
  most: number | null,
): bigint {
  if (typeof option !== "object" || option === null) return 1n;
  if ("space" in option) return countOf(option as SettingSearchSpace, most);
  if (!("nested" in option)) return 1n;
  const spaces = Object.values(option.spaces as Readonly<Record<string, SettingSearchSpace>>);
  return spaces.reduce((all, one) => all * countOf(one, most), 1n);
}

const NAMES = ["thousand", "million", "billion", "trillion", "quadrillion", "quintillion"] as const;
/** Formats a count as `12,000`, `3.4 million`, `10^24`. */
function inWords(count: bigint): string {
  const digits = count.toString().length;
  const name = NAMES[Math.floor((digits - 1) / 3) - 1];
  if (name === undefined) return digits < 4 ? count.toString() : `10^${String(digits - 1)}`;
  const unit = 10 ** (3 * Math.floor((digits - 1) / 3));
  return digits < 7
    ? Number(count).toLocaleString("en-US")
    : `${String(Number((Number(count) / unit).toPrecision(2)))} ${name}`;
}

function placeOf(path: string, { block, here }: { readonly block: Expression | undefined; readonly here: Span }): Span {
  const entries = block?.is === "block" ? block.entries : [];
  return entries.find((entry) => entry.key.path.join(".") === path)?.value?.span ?? here;
}

/** Returns the path of a continuous range. */
function endlessIn(path: string, space: SettingSearchSpace): string | null {
  if (!("of" in space)) return space.integer || "step" in space || space.from === space.to ? null : path;
  const inner = space.of.flatMap((option): [string, SettingSearchSpace][] => {
    if (typeof option !== "object" || option === null) return [];
    if ("space" in option) return [[path, option as SettingSearchSpace]];
    if (!("nested" in option)) return [];
    const spaces = option.spaces as Readonly<Record<string, SettingSearchSpace>>;
    return Object.entries(spaces).map(([argument, one]) => [`${path}.${argument}`, one]);
  });
  return inner.map(([at, one]) => endlessIn(at, one)).find((found) => found !== null) ?? null;
}
