/** National identity numbers of Europe. */
import { isDateAt, isCalendarDay, passesLuhn, passesMod1110, remainderOf, weightedDigitSum } from "../checksums.js";
import type { NationalId } from "./kinds.js";

const letters = "TRWAGMYFPDXBNJZSQVHLCKE";
const spain = (id: string): boolean =>
  letters[Number(id.slice(0, -1).replace(/^[XYZ]/, (l) => String("XYZ".indexOf(l)))) % 23] === id.at(-1);

const odd = "1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23".split(" ").map(Number);
function italy(id: string): boolean {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = id.charCodeAt(i);
    const value = code < 65 ? code - 48 : code - 65;
    sum += i % 2 === 0 ? (odd[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === id[15];
}
/** The department is `2A` or `2B` in Corsica. */
function france(id: string): boolean {
  const digits = id.replace("2A", "19").replace("2B", "18");
  return /^\d{15}$/.test(digits) && 97 - remainderOf(digits.slice(0, 13), 97) === Number(digits.slice(13));
}
function germany(id: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of id.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const twice = [...counts.values()].filter((n) => n > 1);
  return twice.length === 1 && (twice[0] ?? 0) <= 3 && passesMod1110(id);
}
function belgium(id: string): boolean {
  const check = Number(id.slice(9));
  const fits = 97 - remainderOf(id.slice(0, 9), 97) === check || 97 - remainderOf(`2${id.slice(0, 9)}`, 97) === check;
  return fits && Number(id.slice(2, 4)) <= 12 && Number(id.slice(4, 6)) <= 31;
}
function poland(id: string): boolean {
  const month = Number(id.slice(2, 4)) % 20;
  return (
    weightedDigitSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0 &&
    isCalendarDay(0, month, Number(id.slice(4, 6)))
  );
}
const sweden = (id: string): boolean => {
  const ten = id.slice(-10);
  return passesLuhn(ten) && isCalendarDay(0, Number(ten.slice(2, 4)), Number(ten.slice(4, 6)) % 60);
};
const finland = (id: string): boolean =>
  "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(id.slice(0, 6) + id.slice(-4, -1)) % 31] === id.at(-1) &&
  isCalendarDay(0, Number(id.slice(2, 4)), Number(id.slice(0, 2)));
const norway = (id: string): boolean =>
  weightedDigitSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
  weightedDigitSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 &&
  isCalendarDay(0, Number(id.slice(2, 4)), Number(id.slice(0, 2)) % 40);
const netherlands = (id: string): boolean => {
  const nine = id.padStart(9, "0");
  return nine !== "000000000" && weightedDigitSum(nine, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
};
const portugal = (id: string): boolean => {
  const left = weightedDigitSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  return Number(id[8]) === (left < 2 ? 0 : 11 - left);
};
const switzerland = (id: string): boolean => weightedDigitSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
const romania = (id: string): boolean =>
  (weightedDigitSum(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11) % 10 === Number(id[12]) && isDateAt(id, 1);
const health = (id: string): boolean => {
  const check = 11 - (weightedDigitSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return check !== 10 && check % 11 === Number(id[9]);
};
const ireland = (id: string): boolean => {
  const second = id[8] && id[8] !== "W" ? (id.charCodeAt(8) - 64) * 9 : 0;
  return "WABCDEFGHIJKLMNOPQRSTUV"[(weightedDigitSum(id, [8, 7, 6, 5, 4, 3, 2]) + second) % 23] === id[7];
};
const czechia = (id: string): boolean =>
  isCalendarDay(0, (Number(id.slice(2, 4)) % 50) % 20, Number(id.slice(4, 6))) && Number(id) % 11 === 0;

export const europeanIds: readonly NationalId[] = [
  {
    country: "ES",
    name: "DNI, NIE",
    shape: "(?:\\d{8}|\\d{2}\\.\\d{3}\\.\\d{3}|[XYZ]-?\\d{7})[ -]?[A-HJ-NP-TV-Z]",
    check: spain,
  },
  {
    country: "IT",
    name: "codice fiscale",
    shape: "[A-Z]{3} ?[A-Z]{3} ?\\d{2} ?[ABCDEHLMPRST] ?\\d{2} ?[A-Z] ?\\d{3} ?[A-Z]",
    check: italy,
  },
  {
    country: "FR",
    name: "NIR",
    shape: "[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3}(?: ?| / )\\d{2}",
    check: france,
  },
  {
    country: "DE",
    name: "Steuer-ID",
    shape: "[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}",
    check: germany,
    plain: /^\d\d \d{3} \d{3} \d{3}$/,
    needs: /(?:steuer|tax id|\bidnr|\btin\b|identifikationsnummer)/i,
  },
  {
    country: "NL",
    name: "BSN",
    shape: "\\d{9}|\\d{4}[. ]\\d{2}[. ]\\d{3}|\\d{3}[. ]\\d{3}[. ]\\d{3}",
    check: netherlands,
    needs: /(?:\bbsn\b|burgerservice|sofinummer)/i,
  },
  {
    country: "BE",
    name: "rijksregisternummer",
    shape: "\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}|\\d{11}",
    check: belgium,
    plain: /\./,
    needs: /(?:rijksregister|registre national|\binsz\b|\bniss\b|national(?:e|es)? (?:number|register))/i,
  },
  { country: "PL", name: "PESEL", shape: "\\d{11}", check: poland, needs: /pesel/i },
  {
    country: "SE",
    name: "personnummer",
    shape: "(?:(?:19|20)\\d{2}|\\d{2})[01]\\d[0-9]\\d[-+]\\d{4}|(?:19|20)\\d{10}",
    check: sweden,
    plain: /[-+]/,
    needs: /(?:person ?n(?:umme)?r|\bpnr\b)/i,
  },
  {
    country: "FI",
    name: "henkilötunnus",
    shape: "[0-3]\\d[01]\\d{3}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]",
    check: (id) => finland(id.length === 11 ? id.slice(0, 6) + id.slice(7) : id),
  },
  {
    country: "NO",
    name: "fødselsnummer",
    shape: "[0-7]\\d[0-5]\\d{3} ?\\d{5}",
    check: norway,
    plain: / /,
    needs: /(?:fødselsn|foedselsn|personn|\bfnr\b|national id)/i,
  },
  {
    country: "DK",
    name: "CPR",
    shape: "[0-3]\\d[01]\\d{3}-?\\d{4}",
    checksum: false,
    check: (id) => isCalendarDay(0, Number(id.slice(2, 4)), Number(id.slice(0, 2))),
    needs: /(?:\bcpr\b|personnummer)/i,
  },
  {
    country: "PT",
    name: "NIF",
    shape: "[1-35-9]\\d{2} ?\\d{3} ?\\d{3}",
    check: portugal,
    needs: /(?:\bnif\b|contribuinte)/i,
  },
  { country: "CH", name: "AHV", shape: "756\\.?\\d{4}\\.?\\d{4}\\.?\\d{2}", check: switzerland },
  { country: "RO", name: "CNP", shape: "[1-8]\\d{12}", check: romania, needs: /(?:\bcnp\b|cod numeric)/i },
  {
    country: "CZ",
    name: "rodné číslo",
    shape: "\\d{6}/\\d{4}",
    check: czechia,
  },
  {
    country: "IE",
    name: "PPS",
    shape: "\\d{7}[A-W][A-IW]?",
    check: ireland,
    needs: /(?:\bpps|public service number)/i,
  },
  {
    country: "GB",
    name: "National Insurance number",
    shape: "(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]",
  },
  { country: "GB", name: "NHS number", shape: "\\d{3}[ -]?\\d{3}[ -]?\\d{4}", check: health, needs: /\bnhs\b/i },
];
