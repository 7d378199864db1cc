/** National identity numbers outside Europe. */
import { isDateAt, passesLuhn, remainderOf, passesVerhoeff, weightedDigitSum } from "../checksums.js";
import type { NationalId } from "./kinds.js";

const brazil = (id: string): boolean => {
  const digit = (count: number): number => {
    const left =
      (weightedDigitSum(
        id.slice(0, count),
        Array.from({ length: count }, (_, i) => count + 1 - i),
      ) *
        10) %
      11;
    return left === 10 ? 0 : left;
  };
  return !/^(\d)\1*$/.test(id) && digit(9) === Number(id[9]) && digit(10) === Number(id[10]);
};
const china = (id: string): boolean =>
  "10X98765432"[weightedDigitSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === id[17] &&
  isDateAt(id, 8);
const korea = (id: string): boolean =>
  (11 - (weightedDigitSum(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(id[12]) && isDateAt(id, 0);
const turkey = (id: string): boolean => {
  const digitAt = (i: number): number => Number(id[i]);
  const [odd, even] = [
    digitAt(0) + digitAt(2) + digitAt(4) + digitAt(6) + digitAt(8),
    digitAt(1) + digitAt(3) + digitAt(5) + digitAt(7),
  ];
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === digitAt(9) && (odd + even + digitAt(9)) % 10 === digitAt(10);
};
const singapore = (id: string): boolean => {
  const sum = weightedDigitSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (/[TG]/.test(id) ? 4 : 0);
  return (/[ST]/.test(id) ? "JZIHGFEDCBA" : "XWUTRQPNMLK")[sum % 11] === id[8];
};
const mexico = (id: string): boolean => {
  const letters = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";
  const sum = [...id.slice(0, 17)].reduce((all, one, i) => all + letters.indexOf(one) * (18 - i), 0);
  return (10 - (sum % 10)) % 10 === Number(id[17]) && isDateAt(id, 4);
};
const america = (id: string): boolean =>
  !/^(?:000|666|9)/.test(id) && !/^\d{3}00|0000$/.test(id) && !/^(\d)\1*$/.test(id) && id !== "123456789";

export const nonEuropeanIds: readonly NationalId[] = [
  {
    country: "US",
    name: "social security number",
    shape: "\\d{3}([ .-])\\d{2}\\1\\d{4}|\\d{9}",
    check: america,
    plain: /-/,
    needs: /(?:\bssn\b|\bsocial\b|\bsoc\.? ?sec|\bs\.s\.n|\bs\.?s\.? ?#)/i,
  },
  {
    country: "CA",
    name: "SIN",
    shape: "[1-79]\\d{2}[ -]?\\d{3}[ -]?\\d{3}",
    check: passesLuhn,
    needs: /(?:\bsin\b|social insurance|assurance sociale)/i,
  },
  {
    country: "AU",
    name: "TFN",
    shape: "\\d{3} ?\\d{3} ?\\d{3}",
    needs: /(?:\btfn\b|tax file)/i,
    check: (id) => weightedDigitSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  },
  {
    country: "BR",
    name: "CPF",
    shape: "\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}|\\d{11}",
    check: brazil,
    plain: /\./,
    needs: /\bcpf\b/i,
  },
  { country: "CN", name: "resident identity number", shape: "[1-9]\\d{16}[0-9X]", check: (id) => china(id) },
  {
    country: "IN",
    name: "Aadhaar",
    shape: "[2-9]\\d{3}[ -]?\\d{4}[ -]?\\d{4}",
    check: passesVerhoeff,
    needs: /(?:aadh?aar|uidai|\buid\b)/i,
  },
  {
    country: "ZA",
    name: "identity number",
    shape: "\\d{6} ?\\d{4} ?[01][89]\\d",
    check: (id) => passesLuhn(id) && isDateAt(id, 0),
    needs: /(?:\bid\b|identity|rsa)/i,
  },
  { country: "KR", name: "resident registration number", shape: "\\d{6}-\\d{7}", check: korea },
  {
    country: "TR",
    name: "kimlik no",
    shape: "[1-9]\\d{10}",
    check: turkey,
    needs: /(?:kimlik|\btckn?\b|\bt\.?c\.?\b)/i,
  },
  { country: "SG", name: "NRIC", shape: "[STFG]\\d{7}[A-Z]", check: singapore },
  { country: "MX", name: "CURP", shape: "[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX][A-Z]{5}[0-9A-Z]\\d", check: mexico },
  {
    country: "IL",
    name: "teudat zehut",
    shape: "\\d{9}",
    needs: /(?:teudat|zehut|ת\.?ז)/i,
    check: (id) => remainderOf(id, 10) >= 0 && passesLuhn(id),
  },
];
