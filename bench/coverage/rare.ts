/**
 * Measures the coverage of intervals where one label is rare, and their width relative to the best published method.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { scoreDifference, resampleMetrics } from "#kernel/inference/measuring/comparison.js";
import type { ConfidenceInterval } from "#stdlib/statistics/interval.js";
import { regularizedIncompleteBeta } from "#stdlib/statistics/mid-p.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import { published } from "./published.js";
import { drawnRows, measureOf, metricsOf, SETTINGS, trueValues, type Asked, type Setting } from "./rare-rows.js";
import { table } from "../table.js";

/**
 * Thresholds: the minimum lower bound of the coverage, and the maximum width relative to the best published method.
 */
const BOUND = 0.93;
const WIDER = 1.3;
/** Number of sets on which published methods are also evaluated, and draws per bootstrap. */
const TRIED = 400;
const DRAWS = 200;

export class Covered {
  sets = 0;
  held = 0;
  given = 0;
  width = 0;
  add(interval: ConfidenceInterval | null, truth: number): void {
    this.sets++;
    if (!interval) return;
    this.given++;
    this.width += interval.high - interval.low;
    // Tolerance for rounding errors where an interval's end equals the true value.
    if (interval.low <= truth + 1e-12 && truth - 1e-12 <= interval.high) this.held++;
  }
  /** Clopper and Pearson's one-sided lower bound of the coverage, at 95 % confidence. */
  get bound(): number {
    if (this.held === 0) return 0;
    let [low, high] = [0, 1];
    for (let step = 0; step < 40; step++) {
      const middle = (low + high) / 2;
      if (regularizedIncompleteBeta(middle, this.held, this.given - this.held + 1) < 0.05) low = middle;
      else high = middle;
    }
    return low;
  }
}
export interface RareRow {
  readonly asked: Asked;
  readonly score: Covered;
  readonly difference: Covered;
  /** Tunebook's intervals on the sets used for published methods, and the published methods' results. */
  readonly tried: Covered;
  readonly published: Map<string, Covered>;
}

export async function coveredIn(
  setting: Setting,
  metrics: readonly Asked[],
  { sets, tried = 0, rows: counted }: { readonly sets: number; readonly tried?: number; readonly rows?: number },
): Promise<readonly RareRow[]> {
  const truths = await trueValues(setting, metrics, counted);
  const g = seededRandom(11, 1);
  const rows = metrics.map((asked): RareRow => {
    const [score, apart, own] = [new Covered(), new Covered(), new Covered()];
    return { asked, score, difference: apart, tried: own, published: new Map() };
  });
  for (let set = 0; set < sets; set++) {
    const answers = drawnRows(setting, g);
    for (const row of rows) {
      const [a, b] = mustExist(truths.get(row.asked), "a true value");
      const measures = [await measureOf(row.asked, answers[0]), await measureOf(row.asked, answers[1])] as const;
      const drawn = await resampleMetrics(measures);
      const [first, second] = [
        mustExist(drawn.get(measures[0]), "a score"),
        mustExist(drawn.get(measures[1]), "a score"),
      ];
      row.score.add(first.score.interval, a);
      row.difference.add(scoreDifference(first, second).interval, b - a);
      if (set >= tried) continue;
      row.tried.add(first.score.interval, a);
      const of = mustExist(measures[0].resampling, "rows");
      for (const [name, interval] of Object.entries(published(row.asked, answers[0], first.score.value, of, DRAWS))) {
        const counts = row.published.get(name) ?? new Covered();
        row.published.set(name, counts);
        counts.add(interval, a);
      }
    }
  }
  return rows;
}

const heldOf = ({ held, sets }: Covered): number => held / Math.max(1, sets);
const widthOf = ({ width, given }: Covered): number => width / Math.max(1, given);
/**
 * Returns the narrowest method with sufficient coverage; if none has it, the one with the highest coverage. A set
 * without an interval counts as not covered.
 */
function bestOf(methods: ReadonlyMap<string, Covered>): readonly [string, Covered] | null {
  const all = [...methods];
  const holding = all.filter(([, counts]) => heldOf(counts) >= BOUND);
  if (holding.length > 0) return holding.toSorted(([, a], [, b]) => widthOf(a) - widthOf(b))[0] ?? null;
  return all.toSorted(([, a], [, b]) => heldOf(b) - heldOf(a))[0] ?? null;
}

/** Prints a table of the settings or scores whose name begins with `only`. Returns false if a threshold was missed. */
export async function rareCoverage(sets: number, only = ""): Promise<boolean> {
  const lines: string[][] = [];
  let missed = 0;
  const named = SETTINGS.filter(({ name }) => name.startsWith(only));
  for (const setting of named.length > 0 ? named : SETTINGS) {
    const metrics = metricsOf(setting).filter(({ name }) => named.length > 0 || name.startsWith(only));
    for (const one of await coveredIn(setting, metrics, { sets, tried: Math.min(sets, TRIED) })) {
      const best = bestOf(one.published);
      // Compares widths only with methods whose coverage is sufficient.
      const ratio = best && heldOf(best[1]) >= BOUND ? widthOf(one.tried) / widthOf(best[1]) : Number.NaN;
      const given = one.score.given > 0;
      // Accuracy is not judged. It uses Wilson's interval, whose coverage varies around 95 % with the share,
      // independent of rare labels.
      const judged = given && one.asked.word !== "accuracy";
      const fails = judged && (one.score.bound < BOUND || ratio > WIDER || one.difference.bound < BOUND);
      missed += Number(fails);
      const covered = (of: Covered): readonly string[] =>
        of.given === 0 ? ["–", "–"] : [percent(of.held / of.given), percent(of.bound)];
      lines.push([
        ...[setting.name, one.asked.name, ...covered(one.score)],
        ...[given ? widthOf(one.score).toFixed(3) : "–", String(one.score.sets - one.score.given)],
        ...[best ? `${best[0]} (${percent(heldOf(best[1]))})` : "–", Number.isNaN(ratio) ? "–" : ratio.toFixed(2)],
        ...[...covered(one.difference), fails ? "missed" : ""],
      ]);
      console.error(lines.at(-1)!.join("  "));
    }
  }
  const head = ["setting", "score", "held", "at least", "width", "none", "best published (held)", "width to it"];
  console.log(table([...head, "difference held", "at least", ""], lines));
  return missed === 0;
}
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
