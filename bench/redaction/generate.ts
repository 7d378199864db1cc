/** Generated texts with personal data at known positions. */
import { textIn, peopleNames } from "../quality/packages.js";
import { lookUpWord } from "#stdlib/personal-data/names/lists.js";
import { accentlessForm } from "#stdlib/personal-data/names/filters.js";
import { Drawing } from "./drawing.js";
import { nameless, templates, things } from "./templates.js";
import * as values from "./values.js";

export interface Gold {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
}
export interface Labelled {
  readonly text: string;
  readonly gold: readonly Gold[];
}

/** `unseen`: without names in the detector's lists; `all`: all names of the package. */
export async function names(of: "unseen" | "all"): Promise<readonly string[]> {
  const all = (await textIn(peopleNames, "dict/people-names.txt"))
    .split("\n")
    .filter((name) => /^\p{Lu}\p{Ll}{2,}$/u.test(name));
  const seen = (name: string): boolean => {
    const { first, last } = lookUpWord(accentlessForm(name));
    return first || last;
  };
  return of === "all" ? all : all.filter((name) => !seen(name));
}

const makers: Readonly<Record<string, [entity: string, make: values.Maker]>> = {
  phone: ["phone", values.phone],
  date: ["date_of_birth", values.date],
  card: ["card", values.card],
  iban: ["iban", values.iban],
  id: ["national_id", values.nationalId],
  ip: ["ip", values.ip],
  mac: ["mac", values.mac],
  url: ["url", values.url],
  key: ["key", values.key],
  record: ["record", values.record],
  address: ["address", values.address],
};

export function labelled(count: number, people: readonly string[], seed: number): readonly Labelled[] {
  const draw = new Drawing(seed);
  return Array.from({ length: count }, () => filled(draw.of(templates), people, draw));
}

function filled(template: string, people: readonly string[], draw: Drawing): Labelled {
  const gold: Gold[] = [];
  let text = "";
  const say = (entity: string, value: string): void => {
    gold.push({ entity, start: text.length, end: text.length + value.length });
    text += value;
  };
  for (const part of template.split(/(\{\w+\})/)) {
    const slot = /^\{(\w+)\}$/.exec(part)?.[1];
    const maker = slot === undefined ? undefined : makers[slot];
    if (slot === undefined) text += part;
    else if (slot === "name") say("name", `${draw.of(people)} ${draw.of(people)}`);
    else if (slot === "given" || slot === "family") say("name", draw.of(people));
    else if (slot === "email") say("email", mailOf(people, draw));
    else if (maker) {
      const [words, value] = maker[1](draw).split("|");
      if (value !== undefined) text += `${words ?? ""} `;
      say(maker[0], value ?? words ?? "");
    } else throw new Error(`no slot ${part}`);
  }
  return { text, gold: joined(gold) };
}

/** Joins `{given} {family}` to one name. */
function joined(gold: readonly Gold[]): readonly Gold[] {
  const out: Gold[] = [];
  for (const one of gold) {
    const last = out.at(-1);
    if (last?.entity === "name" && one.entity === "name" && one.start === last.end + 1)
      out[out.length - 1] = { ...last, end: one.end };
    else out.push(one);
  }
  return out;
}

function mailOf(people: readonly string[], draw: Drawing): string {
  const [a, b] = [draw.of(people).toLowerCase(), draw.of(people).toLowerCase()];
  const local = draw.of([
    `${a}.${b}`,
    `${a}_${b}`,
    `${a}${String(draw.upTo(99))}`,
    `${a[0]!}${b}`,
    `${b}+news`,
    "info",
    `office-${a}`,
  ]);
  return `${local}@${draw.of(["gmail.com", "web.de", "orange.fr", "example.co.uk", "mail.company.io", "libero.it", "my-firm.nl", "uni-x.edu"])}`;
}

/** Texts of at least `words` words in total that name nobody. */
export function unnamed(words: number, seed: number): readonly string[] {
  const draw = new Drawing(seed);
  const texts: string[] = [];
  for (let have = 0; have < words; have += texts[texts.length - 1]!.split(/\s+/).length)
    texts.push(draw.of(nameless).replace(/\{(\w+)\}/g, (_, slot: string) => draw.of(things[slot]!)));
  return texts;
}
