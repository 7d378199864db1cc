/**
 * Plants faults in rows, each in different rows (except for the telltale word, which follows a label). They are
 * identified by row number.
 */
import {
  MIN_NEAR_DUPLICATE_LIKENESS,
  lettersForComparison,
  textLikeness,
} from "#stdlib/text/near-duplicates/shingles.js";
import type { Labelled } from "../judging/sets.js";
import { Drawing } from "../redaction/drawing.js";
import { names } from "../redaction/generate.js";
import { card, phone } from "../redaction/values.js";

export interface Planted {
  readonly rows: readonly Labelled[];
  /** Fault → numbers of the rows with it, from 1, as strings. */
  readonly faults: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Share of the rows that get each fault, and the minimum number of rows. */
const SHARE = 0.02;
const LEAST = 5;
export const TELLTALE = "zephyrine";

export async function planted(own: readonly Labelled[], seed: number, labelled: boolean): Promise<Planted> {
  const d = new Drawing(seed);
  const people = await names("unseen");
  const rows = own.map((row) => ({ ...row }));
  const faults = new Map<string, Set<string>>();
  const free = shuffled(rows.length, d);
  const count = Math.max(LEAST, Math.round(SHARE * rows.length));
  const note = (fault: string, row: number): void => {
    const of = faults.get(fault) ?? new Set<string>();
    faults.set(fault, of.add(String(row + 1)));
  };
  const change = (fault: string, how: (text: string) => string, most = count): void => {
    for (let i = 0; i < most; i++) {
      const row = free.pop()!;
      rows[row]!.text = how(rows[row]!.text);
      note(fault, row);
    }
  };
  change("mojibake", (text) => misread(accented(text, d)));
  change("tags", (text) => tagged(text, d));
  change(
    "email",
    (text) => `${text} Write to ${d.of(people).toLowerCase()}.${d.of(people).toLowerCase()}@example.org.`,
  );
  change("phone", (text) => `${text} Call me on ${phone(d)} tonight.`);
  change("card", (text) => `${text} I paid with ${card(d)} last week.`);
  change("name", (text) => `${text} Thanks, said ${d.of(people)} ${d.of(people)}, who called.`);
  const plain = free.map((row) => rows[row]!.text);
  change("long", () => Array.from({ length: 60 }, () => d.of(plain)).join(" "), LEAST);
  const add = (fault: string, from: "train" | "test", to: "train" | "test", how: (text: string) => string): void => {
    const left = free.filter((row) => rows[row]!.part === from && rows[row]!.text.split(" ").length > 3);
    for (let i = 0; i < Math.min(count, left.length); i++) {
      const source = rows[left[i]!]!;
      free.splice(free.indexOf(left[i]!), 1);
      rows.push({ ...source, text: how(source.text), part: to });
      note(fault, rows.length - 1);
      if (
        fault === "near" &&
        textLikeness(lettersForComparison(source.text), lettersForComparison(rows.at(-1)!.text)) >=
          MIN_NEAR_DUPLICATE_LIKENESS
      )
        note("near, by its own measure", rows.length - 1);
    }
  };
  add("repeated", "train", "train", (text) => text);
  add("leaks", "train", "test", (text) => text);
  add("near", "train", "test", (text) => nearly(text, d));
  // A leaked row is a copy of an earlier text, so it counts as repeated as well.
  for (const row of faults.get("leaks") ?? []) faults.get("repeated")?.add(row);
  if (labelled) {
    const label = rows[free[0]!]!.label;
    for (const row of free.filter((row) => rows[row]!.label === label)) {
      if (d.next() > 0.9) continue;
      rows[row]!.text += ` ${TELLTALE}`;
    }
    // One rule, regardless of its number of rows.
    faults.set("telltale word", new Set([`${TELLTALE} → ${label}`]));
  }
  return { rows, faults };
}

function shuffled(count: number, d: Drawing): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = d.upTo(last + 1);
    [all[last], all[other]] = [all[other]!, all[last]!];
  }
  return all;
}

/**
 * Adds typical non-ASCII characters of English texts: a curly apostrophe or quotation marks, or one accented letter.
 */
function accented(text: string, d: Drawing): string {
  const bent = text.replaceAll("'", "\u2019").replace(/"([^"]*)"/g, "\u201c$1\u201d");
  if (d.next() < 0.5 && bent !== text) return bent;
  const accents: Readonly<Record<string, string>> = {
    a: "\u00e4",
    e: "\u00e9",
    o: "\u00f6",
    u: "\u00fc",
    i: "\u00ef",
    c: "\u00e7",
    n: "\u00f1",
  };
  const places = [...text.matchAll(/[aeouicn]/g)].map(({ index }) => index);
  if (places.length === 0) return `${text} caf\u00e9`;
  const at = d.of(places);
  return text.slice(0, at) + accents[text[at]!]! + text.slice(at + 1);
}
const misread = (text: string): string => new TextDecoder("windows-1252").decode(Buffer.from(text));

function tagged(text: string, d: Drawing): string {
  const words = text.split(" ");
  const at = d.upTo(words.length);
  words[at] = d.of([
    `<b>${words[at]!}</b>`,
    `${words[at]!}<br />`,
    `<a href="page.html">${words[at]!}</a>`,
    `${words[at]!} &amp;`,
    `<p>${words[at]!}`,
  ]);
  return words.join(" ");
}

/**
 * Leaves out one word or changes two letters per hundred, chosen at random. The result always differs from the text.
 */
function nearly(text: string, d: Drawing): string {
  const words = text.split(" ");
  if (words.length >= 12 && d.next() < 0.5) return words.filter((_, i) => i !== 5).join(" ");
  const letters = [...text];
  for (let i = 0; i < Math.max(1, Math.floor(letters.length / 50)); i++) {
    const at = d.upTo(letters.length);
    if (/[a-z]/i.test(letters[at]!)) letters[at] = letters[at] === "x" ? "y" : "x";
  }
  return letters.join("") === text ? `${text.slice(0, -2)}x${text.slice(-1)}` : letters.join("");
}
