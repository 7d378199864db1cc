/** Checksums of cards, accounts and ids. All functions take digits only. */

/** Luhn's check: doubles every second digit from the right. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    const digit = digits.charCodeAt(i) - 48;
    sum += twice ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Returns Σ weight × digit, for as many digits as there are weights. */
export function weightedDigitSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits.charCodeAt(i) - 48), 0);
}

/** Returns the remainder of a number of any length. */
export function remainderOf(digits: string, modulus: number): number {
  let left = 0;
  for (let i = 0; i < digits.length; i++) left = (left * 10 + digits.charCodeAt(i) - 48) % modulus;
  return left;
}

/** Checks ISO 7064, MOD 11,10. */
export function passesMod1110(digits: string): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits.at(-1));
}

const turns = [
  "0123456789",
  "1576283094",
  "5803796142",
  "8916043527",
  "9453126870",
  "4286573901",
  "2793806415",
  "7046913258",
];
const products = [
  "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
  "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
]; // prettier-ignore
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const turned = Number(turns[i % 8]?.[Number(digits[digits.length - 1 - i])]);
    check = Number(products[check]?.[turned]);
  }
  return check === 0;
}

/** Returns true for a valid calendar day; a two-digit year may be in any century. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap || year < 100 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}
/** Returns true if `YYMMDD` at `offset` is a valid date. */
export function isDateAt(digits: string, offset: number): boolean {
  const part = (i: number): number => Number(digits.slice(offset + i, offset + i + 2));
  return isCalendarDay(part(0), part(2), part(4));
}
