/**
 * Derives the sweep from the examined candidates by a table of rules, each with the reason shown next to its line. A
 * trial may take a sixth of the budget, so that several are tried; slower candidates are skipped.
 */
import { durationText } from "../../host/value-text.js";
import type { SkippedCandidate, ProgramProposal } from "./auto.js";
import type { BaseCandidate, AutoSearchFacts, CostedTechnique } from "./candidates.js";
import { EPOCH_LIMITS } from "./rules.js";
import { sweepProposal } from "./sweep-statement.js";

export interface ProposalResult {
  /** Null if no training fits. */
  readonly proposal: ProgramProposal | null;
  readonly left: readonly SkippedCandidate[];
}

/**
 * One trial may take 1/6 of the budget, or 1/trials if fewer are requested. Where epochs are long, the share grows up
 * to 1/3.
 */
const SHARE = { most: 6, least: 3 } as const;
/** Minimum number of trials of a sweep: with fewer there is no comparison. */
const LEAST = 2;
const BASES = 3;

export function proposeProgram(candidates: readonly BaseCandidate[], wanted: AutoSearchFacts): ProposalResult {
  const left: SkippedCandidate[] = [];
  const able = candidates.flatMap((one) => {
    const { ways, slow } = waysWithin(one, wanted);
    if (ways.length > 0) return [{ ...one, ways, refused: [...(one.refused ?? []), ...slow] }];
    left.push({ what: one.base, why: whyNone(one, wanted) });
    return [];
  });
  const [best, ...others] = able.toSorted((a, b) => (b.worth ?? -Infinity) - (a.worth ?? -Infinity));
  if (!best) return { proposal: null, left };
  const part = partOf(best, wanted);
  const slow = ({ ways }: BaseCandidate): boolean =>
    EPOCH_LIMITS.least * slowest(ways) > Math.max(part, slowest(best.ways));
  const quick = others.filter((one) => !slow(one));
  const runnersUp = quick.slice(0, BASES - 1);
  for (const { base } of others.filter(slow))
    left.push({ what: base, why: "one trial would take the time of several" });
  for (const { base } of quick.slice(BASES - 1)) left.push({ what: base, why: "the probes of others do better" });
  left.push(...[best, ...runnersUp].flatMap(({ refused }) => refused));
  return { proposal: sweepProposal([best, ...runnersUp], { ...wanted, alone: candidates.length === 1 }, part), left };
}

const slowest = (ways: readonly CostedTechnique[]): number => Math.max(...ways.map((way) => way.secondsAnEpoch));
const quickest = (ways: readonly CostedTechnique[]): number => Math.min(...ways.map((way) => way.secondsAnEpoch));

/** Returns the seconds that one trial of this base may take. */
function partOf({ ways }: BaseCandidate, { seconds, trials }: AutoSearchFacts): number {
  const most = Math.min(SHARE.most, Math.max(LEAST, trials ?? SHARE.most));
  const least = Math.min(most, SHARE.least);
  const whole = ways.filter((way) => !way.headOnly);
  const usual = quickest(whole.length > 0 ? whole : ways);
  // A technique that is much slower than the others is no reason for fewer trials.
  const needs = EPOCH_LIMITS.least * slowest(ways.filter((way) => way.secondsAnEpoch <= 2 * usual));
  for (let share = most; share > least; share--) if (seconds / share >= needs) return seconds / share;
  return seconds / least;
}

/**
 * Returns the techniques whose two epochs fit into a trial, else those with one epoch. If none fits, a trial may take
 * half of the budget.
 */
function waysWithin(
  one: BaseCandidate,
  wanted: AutoSearchFacts,
): { readonly ways: readonly CostedTechnique[]; readonly slow: readonly SkippedCandidate[] } {
  const part = partOf(one, wanted);
  for (const [epochs, seconds] of [
    [2, part],
    [1, part],
    [1, wanted.seconds / LEAST],
  ] as const) {
    const fits = (way: CostedTechnique): boolean => epochs * way.secondsAnEpoch <= seconds;
    const ways = one.ways.filter(fits);
    if (ways.length > 0)
      return {
        ways,
        slow: one.ways.filter((way) => !fits(way)).map((way) => slowWay(one.base, way, { epochs, seconds })),
      };
  }
  return { ways: [], slow: [] };
}

function slowWay(
  base: string,
  { technique, secondsAnEpoch }: CostedTechnique,
  { epochs, seconds }: { readonly epochs: 1 | 2; readonly seconds: number },
): SkippedCandidate {
  const takes = `${epochs === 1 ? "one epoch" : "two epochs"} would take ${durationText(epochs * secondsAnEpoch)}`;
  return { what: techniqueLabel(base, technique), why: `${takes}, and a trial may take ${durationText(seconds)}` };
}

/** Returns the display name, for example `all-MiniLM-L6-v2, lora`. */
export function techniqueLabel(base: string, technique: string): string {
  return `${base}, ${/^\w+/.exec(technique)?.[0] ?? technique}`;
}

function whyNone({ ways }: BaseCandidate, { seconds }: AutoSearchFacts): string {
  if (ways.length === 0) return "none of the techniques trains it";
  const all = durationText(Math.max(0, seconds));
  return `one epoch would take ${durationText(quickest(ways))} of the remaining ${all} for all trials`;
}
