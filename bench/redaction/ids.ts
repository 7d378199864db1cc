/** Generated identity numbers of twelve countries, each with the words that introduce it. */
import type { Drawing } from "./drawing.js";

const sum = (digits: string, weights: readonly number[]): number =>
  weights.reduce((all, weight, i) => all + weight * Number(digits[i]), 0);
const two = (n: number): string => String(n).padStart(2, "0");
const day = (d: Drawing): string => two(d.between(40, 99)) + two(d.between(1, 12)) + two(d.between(1, 28));
/** Draws until the value is accepted. */
function until(make: () => string, fits: (made: string) => boolean): string {
  for (;;) {
    const made = make();
    if (fits(made)) return made;
  }
}
const luhnDigit = (digits: string): string => {
  const all = [...digits].reverse().reduce((sum, one, i) => {
    const n = Number(one) * (i % 2 === 0 ? 2 : 1);
    return sum + Math.floor(n / 10) + (n % 10);
  }, 0);
  return String((10 - (all % 10)) % 10);
};

/** Introducing words → number. */
const makers: readonly (readonly [words: string, make: (d: Drawing) => string])[] = [
  ["SSN", (d) => `${String(d.between(100, 665))}-${two(d.between(1, 99))}-${String(d.between(1000, 9999))}`],
  [
    "DNI",
    (d) => {
      const digits = d.digits(8);
      return digits + "TRWAGMYFPDXBNJZSQVHLCKE"[Number(digits) % 23]!;
    },
  ],
  [
    "NIR",
    (d) => {
      const body = `${d.of(["1", "2"])}${two(d.between(40, 99))}${two(d.between(1, 12))}${two(d.between(1, 95))}${d.digits(3)}${d.digits(3)}`;
      return d.of(["$1 $2 $3 $4 $5 $6 $7", "$1$2$3$4$5$6$7"]).replace(/\$(\d)/g, (_, n: string) => {
        const parts = [
          body[0],
          body.slice(1, 3),
          body.slice(3, 5),
          body.slice(5, 7),
          body.slice(7, 10),
          body.slice(10),
          two(97 - Number(BigInt(body) % 97n)),
        ];
        return parts[Number(n) - 1] ?? "";
      });
    },
  ],
  [
    "BSN",
    (d) =>
      until(
        () => d.digits(9),
        (id) => sum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && id[0] !== "0",
      ),
  ],
  [
    "PESEL",
    (d) => {
      const body = day(d) + d.digits(4);
      return body + String((10 - (sum(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10);
    },
  ],
  [
    "personnummer",
    (d) => {
      const body = day(d) + d.digits(3);
      return `${body.slice(0, 6)}-${body.slice(6)}${luhnDigit(body)}`;
    },
  ],
  [
    "CPF",
    (d) => {
      const nine = d.digits(9);
      const check = (digits: string, from: number): string => {
        const left =
          sum(
            digits,
            Array.from({ length: digits.length }, (_, i) => from - i),
          ) % 11;
        return String(left < 2 ? 0 : 11 - left);
      };
      const first = check(nine, 10);
      return `${nine.slice(0, 3)}.${nine.slice(3, 6)}.${nine.slice(6)}-${first}${check(nine + first, 11)}`;
    },
  ],
  [
    "henkilötunnus",
    (d) => {
      const birth = two(d.between(1, 28)) + two(d.between(1, 12)) + two(d.between(40, 99));
      const own = String(d.between(100, 899));
      return `${birth}-${own}${"0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(birth + own) % 31]!}`;
    },
  ],
  [
    "rijksregisternummer",
    (d) => {
      const body = day(d) + String(d.between(100, 998));
      const check = two(97 - (Number(body) % 97));
      return `${body.slice(0, 2)}.${body.slice(2, 4)}.${body.slice(4, 6)}-${body.slice(6)}.${check}`;
    },
  ],
  [
    "NI number",
    (d) =>
      `${d.word("ABCEGHJKLMPRSTWXYZ", 1)}${d.word("ABCEGHJKLMPRSTWXYZ", 1)} ${d.digits(2)} ${d.digits(2)} ${d.digits(2)} ${d.of(["A", "B", "C", "D"])}`.replace(
        /^(?:BG|GB|NK|KN|TN|NT|ZZ)/,
        "AB",
      ),
  ],
  [
    "NHS number",
    (d) => {
      const nine = until(
        () => d.digits(9),
        (id) => (11 - (sum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 !== 10,
      );
      return `${nine.slice(0, 3)} ${nine.slice(3, 6)} ${nine.slice(6)}${String((11 - (sum(nine, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11)}`;
    },
  ],
  [
    "Steuer-ID",
    (d) =>
      until(
        () => {
          const digits = [..."0123456789"].sort(() => d.next() - 0.5).slice(0, 9);
          const [again, at] = [d.of(digits), d.between(1, 9)];
          const ten = [...digits.slice(0, at), again, ...digits.slice(at)].join("");
          let product = 10;
          for (const digit of ten) {
            const left = (Number(digit) + product) % 10 || 10;
            product = (left * 2) % 11;
          }
          return ten + String((11 - product) % 10);
        },
        (id) => id[0] !== "0",
      ),
  ],
];

/** Introducing words and number; only the text after the bar is the number: `SSN|123-45-6789`. */
export function idOf(d: Drawing): string {
  const [words, make] = d.of(makers);
  return `${words}|${make(d)}`;
}
