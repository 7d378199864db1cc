/**
 * Brackets of Hyperband: a hash of the sweep's seed and the trial number assigns each trial to a bracket, whatever ran
 * before. A bracket that starts pruning later gets fewer trials, because these cost more.
 */
import type { Study, StudyTrial } from "../kind.js";

export interface HyperbandBrackets {
  readonly reduction: number;
  readonly count: number;
}

/** Returns the bracket, from 0, which prunes earliest. */
export function bracketOf({ reduction, count }: HyperbandBrackets, seed: number, number: number): number {
  const budgets = Array.from({ length: count }, (_, bracket) => {
    const later = count - 1 - bracket;
    return Math.ceil((count * reduction ** later) / (later + 1));
  });
  const all = budgets.reduce((sum, one) => sum + one, 0);
  let left = crc32(`${seed}_${number - 1}`) % all;
  return budgets.findIndex((budget) => (left -= budget) < 0);
}

/** Returns the study with the trials of the same bracket as trial `number`; the others become `unseen`. */
export function studyOfBracket(brackets: HyperbandBrackets, study: Study, number: number): Study {
  const bracket = bracketOf(brackets, study.seed, number);
  const isOwn = ({ number }: StudyTrial): boolean => bracketOf(brackets, study.seed, number) === bracket;
  return { ...study, trials: study.trials.filter(isOwn), unseen: study.trials.filter((trial) => !isOwn(trial)) };
}

/** Returns the CRC-32 of an ASCII text. */
function crc32(text: string): number {
  let crc = ~0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
