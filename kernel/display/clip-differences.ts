/** Names side by side that are cut and still told apart: those that begin alike are cut before what differs. */
import { clip } from "../host/text.js";

/** Beginnings that are alike are looked at so often; what is then still one name is numbered. */
const TRIES = 4;
/** Letters that a cut goes back at most to begin with a word. */
const BACK = 6;

/** Each of the texts in its place, of at most `length` code points (8 or more), no two the same. */
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

/** The beginning, and what stands where the first of them differs from another. */
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

/** Letters with which all begin. */
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
