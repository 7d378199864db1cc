/** Finds lower-case names, as in chats: after an introduction, or where people are mentioned in a lower-case text. */
import { allMatches } from "../matches.js";
import type { TextSpan } from "../finding.js";
import { accentlessForm } from "./filters.js";
import { lookUpWord, type WordListMembership } from "./lists.js";
import {
  verbsBeforeNames,
  closingWords,
  personVerbs,
  anySubjectVerbs,
  greetingWords,
  neverNames,
  nameParticles,
  relationshipWords,
  thingNouns,
  titleWords,
} from "./vocabulary.js";

const opening =
  /\b(?:my name(?:'s|’s|s)?(?: is| was)?|name's|call(?:ed)? me|i am called|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|me llamo|mi chiamo|ik heet|mijn naam is|nazywam się|chamo-me|me chamo|(?:i am|i'm|im|it'?s|this is|dear|hi|hello|hey|hallo|mr\.?|mrs\.?|ms\.?|dr\.?)) (?=[a-z])/gi;
const follower = /(\p{Ll}[\p{L}'’-]{1,20})(?: (\p{Ll}[\p{L}'’-]{1,24}))?(?![\p{L}\p{N}])/uy;

/** Finds `hi, my name is john smith`: a given name and, if it is one, the family name after it. */
export function findIntroducedLowerCaseNames(text: string): readonly TextSpan[] {
  const found: TextSpan[] = [];
  for (const { 0: words, index } of allMatches(opening, text)) {
    const start = index + words.length;
    follower.lastIndex = start;
    const [, given = "", family] = follower.exec(text) ?? [];
    const one = knownOf(given);
    const sure = /name|llamo|chiamo|heet|appelle|hei(?:ß|ss)e/iu.test(words);
    if (
      !(one.first || (one.rare && sure)) ||
      (one.word && !sure) ||
      one.common ||
      neverNames.has(accentlessForm(given))
    )
      continue;
    const other = family === undefined ? undefined : knownOf(family);
    const both = other !== undefined && (other.last || other.first || other.rare) && !other.word;
    if (!sure && /its?|it'/i.test(words) && !both) continue;
    found.push({ start, end: start + given.length + (both ? (family?.length ?? 0) + 1 : 0) });
  }
  return found;
}

/** Minimum score of a name. */
const enough = 1;
const wordOf = /[\p{L}\p{M}][\p{L}\p{M}'’-]*/gu;
/** Returns true if the text begins in lower case, or nearly all of it is lower case. */
const isSmall = (text: string): boolean =>
  /^[^\p{L}]*\p{Ll}/u.test(text) && (text.match(/(?<![\p{L}\p{N}_./:-])\p{Lu}\p{Ll}/gu)?.length ?? 0) <= 3;

/** Finds given names that have no other meaning, with a following family name, if the context supports them. */
export function findMentionedLowerCaseNames(text: string): readonly TextSpan[] {
  if (text.length > 4000 || !isSmall(text)) return [];
  const words = allMatches(wordOf, text).map(({ 0: written, index }) => ({
    written,
    index,
    plain: accentlessForm(written),
  }));
  const found: TextSpan[] = [];
  for (let i = 0; i < words.length; i++) {
    const { written, index, plain } = words[i]!;
    const one =
      /^\p{Ll}/u.test(written) && plain.length > 2 && !glued(text, index, written) ? knownOf(written) : undefined;
    if (!one || !(one.first || ((one.rare || one.last) && !one.word && !one.place)) || barred(plain)) continue;
    const next = words[i + 1];
    const follows = next && next.index === index + written.length + 1 && text[next.index - 1] === " ";
    const family = follows && isFamily(next.written, next.plain) ? next : undefined;
    const weight =
      ownWeight(one, written) +
      (family ? 0.4 : 0) +
      before(text, words, i) +
      after(text, words, family ? i + 2 : i + 1);
    if (weight < enough) continue;
    const last = family ?? words[i]!;
    found.push({ start: index, end: last.index + last.written.length });
    if (family) i++;
  }
  return found;
}

type Word = { readonly written: string; readonly index: number; readonly plain: string };
const people = new Set(
  "ragazzi ragazze raga guys folks people leute jungs chicos chicas gente tios mensen jongens lui pessoal galera gente ludzie kids team anyone everyone someone nobody".split(
    " ",
  ),
);
const barred = (plain: string): boolean =>
  people.has(plain) ||
  neverNames.has(plain) ||
  verbsBeforeNames.has(plain) ||
  personVerbs.has(plain) ||
  anySubjectVerbs.has(plain) ||
  relationshipWords.has(plain) ||
  titleWords.has(plain) ||
  thingNouns.has(plain) ||
  nameParticles.has(plain);
const glued = (text: string, index: number, written: string): boolean =>
  /[\d_@#/\\.:]/.test(text[index - 1] ?? "") ||
  /[\d_@/\\]|\.\p{L}/u.test(text.slice(index + written.length, index + written.length + 2));

function isFamily(written: string, plain: string): boolean {
  const one = knownOf(written);
  return /^\p{Ll}/u.test(written) && (one.last || one.first || one.rare) && !one.word && !barred(plain);
}
function ownWeight({ first, word, place, brand, common, rare }: WordListMembership, written: string): number {
  const baseWeight = first && !word && !place && !brand && !common ? 0.76 : first ? 0.55 : rare ? 0.25 : 0.2;
  return (
    baseWeight -
    (word ? 0.3 : 0) -
    (place ? 0.1 : 0) -
    (brand ? 0.2 : 0) -
    (common ? 0.1 : 0) +
    (written.includes("-") ? 0.1 : 0)
  );
}

const asking = new Set(
  "seen saw met with for hab habe hast heb hebt ho hai vi vu croise visto visto gave love miss is has was does did wants spoke know knows and or iemand chez from either poor poder dile between ragazzi raga guys told tell ask asked if whether als wenn dass daß ob que che ze dat franchement yeah ok well so cuz because oye tia tio hey and or".split(
    " ",
  ),
);
function before(text: string, words: readonly Word[], i: number): number {
  const [one, two] = [words[i - 1], words[i - 2]];
  const gap = one ? text.slice(one.index + one.written.length, words[i]!.index) : text.slice(0, words[i]!.index);
  if (/(?:^|\s)[-–—~]\s?$/.test(gap)) return 0.5;
  if (!one) return 0.1;
  if (/[.!?\n]/.test(gap)) return 0;
  if (relationshipWords.has(one.plain) || verbsBeforeNames.has(one.plain)) return 0.5;
  if (
    two &&
    /^(?:a|al|alla|an|aan|to|with|mit|con|com|avec|met|z|do)$/.test(one.plain) &&
    (verbsBeforeNames.has(two.plain) || personVerbs.has(two.plain))
  )
    return 0.5;
  if (closingWords.has(one.plain) || greetingWords.has(one.plain)) return 0.5;
  if (two && /^(?:to|a|an|aan|from|with|von|de|do|for)$/.test(one.plain)) return 0.3;
  if (one.plain === "chez" || one.plain === "iemand") return 0.5;
  return asking.has(one.plain) ? 0.25 : 0;
}
function after(text: string, words: readonly Word[], i: number): number {
  const next = words[i];
  const gap = next ? text.slice(words[i - 1]!.index + words[i - 1]!.written.length, next.index) : "";
  const last = words[i - 1]!;
  const end = last.index + last.written.length;
  if (text[end] === ":" && i <= 2 && /^\s/.test(text.slice(end + 1))) return 0.5;
  if (!next) return 0;
  if (gap !== " ") return 0;
  if (personVerbs.has(next.plain)) return 0.5;
  if (/^(?:non|n|ne|nie|nao|no|aurait|avait|viene|pisze|from|still|gezien|pays|paid)$/.test(next.plain)) return 0.45;
  return next.plain.length > 1 && anySubjectVerbs.has(next.plain) ? 0.35 : 0;
}

function knownOf(written: string): WordListMembership {
  const parts = written
    .split("-")
    .filter(Boolean)
    .map((part) => lookUpWord(accentlessForm(part)));
  if (parts.length < 2) return lookUpWord(accentlessForm(written));
  return {
    first: parts.some((one) => one.first) && parts.every((one) => one.first || one.last || one.rare || !one.word),
    last: parts.every((one) => one.last),
    rare: parts.every((one) => one.rare || one.first || one.last),
    word: parts.every((one) => one.word),
    place: parts.every((one) => one.place),
    brand: parts.every((one) => one.brand),
    common: false,
    spelt: 0,
  };
}
