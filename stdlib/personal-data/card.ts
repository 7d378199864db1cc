/** Detects payment card numbers by an issuer's range and length, and by Luhn's check digit. */
import { passesLuhn } from "./checksums.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";
import { isWordCharacterAt } from "./context.js";
import { allMatches } from "./matches.js";

/** Finds numbers written in groups: runs of digits separated by spaces, hyphens and the like. */
export interface DigitGroup {
  readonly start: number;
  readonly end: number;
}

const digits = /\d+/g;

/** Returns chains of groups, in order; a group ends before a character that is not a digit. */
export function groupDigits(text: string, between: RegExp): readonly (readonly DigitGroup[])[] {
  const chains: DigitGroup[][] = [];
  let chain: DigitGroup[] = [];
  for (const { 0: run, index: start } of allMatches(digits, text)) {
    const last = chain.at(-1);
    const joined = last !== undefined && start - last.end <= 3 && between.test(text.slice(last.end, start));
    if (!joined) chains.push((chain = []));
    chain.push({ start, end: start + run.length });
  }
  return chains;
}

/** First digits from … to (both of the same length), and the valid lengths of the number. */
const issuers: readonly (readonly [from: number, to: number, lengths: readonly number[]])[] = [
  [4, 4, [13, 16, 19]], // Visa
  [51, 55, [16]], // Mastercard
  [2221, 2720, [16]], // Mastercard
  [34, 34, [15]], // American Express
  [37, 37, [15]], // American Express
  [6011, 6011, [16, 19]], // Discover
  [644, 649, [16, 19]], // Discover
  [65, 65, [16, 19]], // Discover, RuPay
  [300, 305, [14]], // Diners Club
  [36, 36, [14]], // Diners Club
  [38, 39, [14]], // Diners Club
  [3528, 3589, [16, 17, 18, 19]], // JCB
  [62, 62, [16, 17, 18, 19]], // UnionPay
  [81, 82, [16]], // RuPay
  [508, 508, [16]], // RuPay
  [606282, 606282, [16]], // Hipercard
  [636, 639, [16, 17, 18, 19]], // InterPayment, InstaPayment
  [9792, 9792, [16]], // Troy
  [50, 50, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro, Dankort, Verve
  [56, 58, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [6304, 6304, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [67, 67, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [2200, 2204, [16, 17, 18, 19]], // Mir
];

export function isCardNumber(digits: string): boolean {
  // The check digit is tested first: it is fast, and right by chance in one of ten.
  if (!passesLuhn(digits) || /^(\d)\1*$/.test(digits)) return false;
  const heads = Array.from({ length: 7 }, (_, length) => Number(digits.slice(0, length)));
  return issuers.some(([from, to, lengths]) => {
    const head = heads[from < 10 ? 1 : from < 100 ? 2 : from < 1000 ? 3 : from < 10_000 ? 4 : 6]!;
    return head >= from && head <= to && lengths.includes(digits.length);
  });
}

/**
 * Usual separators between groups of a card number. With another separator, two of them or a line break, all groups
 * must have equal lengths.
 */
const usual = /^[ -]$/;
const between = /^(?:[ \-–—.·_/\u00a0\u2009\u202f\u2011]{1,2}| - | – |\r?\n ?)$/;

export const cardDetector: PersonalDataDetector = (text) => {
  const found: TextSpan[] = [];
  for (const chain of groupDigits(text, between)) {
    let from = 0;
    while (from < chain.length) {
      const to = cardFrom(text, chain, from);
      const [first, last] = [chain[from]!, chain[to ?? from]!];
      if (to !== undefined) found.push({ start: first.start, end: last.end, sure: true });
      from = (to ?? from) + 1;
    }
  }
  return found;
};

/** Returns the index of the group that ends a card number. */
function cardFrom(text: string, chain: readonly DigitGroup[], from: number): number | undefined {
  const { start } = chain[from]!;
  // In `a4111…` or `0.4111…`, the digits are part of something else.
  if (isWordCharacterAt(text, start - 1) || (text[start - 1] === "." && isWordCharacterAt(text, start - 2)))
    return undefined;
  let digits = "";
  let strange = false;
  for (let to = from; to < chain.length; to++) {
    const group = chain[to]!;
    if (group.end - group.start > 19) return undefined;
    if (to > from) strange ||= !usual.test(text.slice(chain[to - 1]!.end, group.start));
    digits += text.slice(group.start, group.end);
    if (digits.length > 19) return undefined;
    if (digits.length < 12 || isWordCharacterAt(text, group.end)) continue;
    const lengths = chain.slice(from, to + 1).map((one) => one.end - one.start);
    if (grouped(lengths, strange) && isCardNumber(digits)) return to;
  }
  return undefined;
}

/** Returns true if card numbers are written in groups of these lengths. */
function grouped(lengths: readonly number[], strange: boolean): boolean {
  const inner = lengths.slice(0, -1);
  const even = inner.every((length) => length === inner[0]) && (lengths.at(-1) ?? 0) <= (inner[0] ?? 19);
  // Groups of one or two digits are valid only if all groups have that length.
  return (
    even ||
    lengths.join() === "4,6,5" ||
    lengths.join() === "4,6,4" ||
    (!strange && lengths.every((length) => length > 2))
  );
}
