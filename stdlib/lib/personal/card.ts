/** Numbers of payment cards: an issuer's range and length, and Luhn's check digit. */
import { luhn } from "./checksums.js";
import { digitChains, type Group } from "./digit-groups.js";
import type { Detector, Span } from "./finding.js";
import { wordAt } from "./context.js";

/** First digits from … to, and how long such a number is. */
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
  [3528, 3589, [16]], // JCB
  [62, 62, [16, 17, 18, 19]], // UnionPay
  [50, 50, [16, 19]], // Maestro
  [56, 58, [16, 19]], // Maestro
  [6304, 6304, [16, 19]], // Maestro
  [67, 67, [16, 19]], // Maestro
  [2200, 2204, [16]], // Mir
];

export function isCard(digits: string): boolean {
  const known = issuers.some(([from, to, lengths]) => {
    const head = Number(digits.slice(0, String(from).length));
    return head >= from && head <= to && lengths.includes(digits.length);
  });
  return known && luhn(digits) && !/^(\d)\1*$/.test(digits);
}

export const card: Detector = (text) => {
  const found: Span[] = [];
  for (const chain of digitChains(text)) {
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

/** Index of the group that ends a card's number. */
function cardFrom(text: string, chain: readonly Group[], from: number): number | undefined {
  const { start } = chain[from]!;
  // `a4111…`, `0.4111…`: part of something else.
  if (wordAt(text, start - 1) || (text[start - 1] === "." && wordAt(text, start - 2))) return undefined;
  let digits = "";
  for (let to = from; to < chain.length; to++) {
    const group = chain[to]!;
    // Groups of one or two digits are no part of a card.
    if (group.end - group.start > 19 || (group.end - group.start < 3 && to > from)) return undefined;
    digits += text.slice(group.start, group.end);
    if (digits.length > 19) return undefined;
    if (digits.length >= 13 && !wordAt(text, group.end) && isCard(digits)) return to;
  }
  return undefined;
}
