/** Shortens names so that they stay distinct: names with a common beginning are cut before their difference. */
import { clip } from "../host/value-text.js";

/** Passes that separate equal names; remaining duplicates are numbered. */
const TRIES = 4;
/** Maximum letters by which a cut moves back to the start of a word. */
const BACK = 6;

/** Returns each text in its place, with at most `length` code points (8 or more), all distinct. */
export function clipDistinct(texts: readonly string[], length: number): readonly string[] {
  let names = texts.map((text) => clip(text, length));
  for (let tried = 0; tried < TRIES && new Set(names).size < names.length; tried++) {
    const alike = new Map<string, number[]>();
    names.forEach((name, index) => alike.set(name, [...(alike.get(name) ?? []), index]));
    const clipped = [...names];
    for (const group of alike.values()) {
      if (group.length < 2) continue;
      const members = group.map((index) => Array.from(texts[index] ?? ""));
      const cut = cutAt(members, length);
      group.forEach((index, i) => (clipped[index] = cut(members[i] ?? [])));
    }
    names = clipped;
  }
  return numbered(names, length);
}

type Points = readonly string[];

/** Returns a function that keeps a text's beginning, and the part from the first difference within the group. */
function cutAt(members: readonly Points[], length: number): (text: Points) => string {
  const same = sharedBy(members);
  const word = (members[0] ?? []).slice(0, same).lastIndexOf(" ") + 1;
  const from = same - word <= BACK ? word : same;
  const rest = Math.max(...members.map((text) => text.length - from));
  const head = Math.max(Math.floor(length / 2) - 1, length - 1 - rest);
  return (text) => {
    if (text.length <= length) return text.join("");
    const differing = text.slice(Math.max(head, from)).join("");
    return `${text.slice(0, head).join("")}…${clip(differing, length - head - 1)}`;
  };
}

/** Returns the length of the common prefix. */
function sharedBy(members: readonly Points[]): number {
  const [first = [], ...others] = members;
  const end = first.findIndex((letter, i) => others.some((other) => other[i] !== letter));
  return end < 0 ? first.length : end;
}

function numbered(names: readonly string[], length: number): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let candidate = name;
    for (let n = 2; taken.has(candidate); n++)
      candidate = `${clip(name, length - ` (${String(n)})`.length)} (${String(n)})`;
    taken.add(candidate);
    return candidate;
  });
}
