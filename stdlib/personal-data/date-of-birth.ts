/** Detects dates of birth: a date counts only if nearby words, or its position in a table row, identify it as one. */
import { allMatches } from "./matches.js";
import { isCalendarDay } from "./checksums.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

/** Month names in English, German, French, Spanish, Italian, Dutch, Portuguese and Polish. */
const months =
  "jan(?:uary|uar|uari|vier|eiro|\\.)?|feb(?:ruary|ruar|ruari|\\.)?|f[ée]v(?:rier|ereiro|\\.)|febrero|febbraio|mar(?:ch|s|zo|ço|ca|\\.)?|märz?|mrz\\.?|maart|mrt\\.?|apr(?:il|ile|\\.)?|avr(?:il|\\.)|abr(?:il|\\.)|may|mai|maio|mei|maggio|mag\\.|mayo|maja|june?|jun\\.|juni|juin|junho|giu(?:gno|\\.)|junio|july?|jul\\.|juli|julho|juil(?:let|\\.)|lug(?:lio|\\.)|julio|aug(?:ust|ustus|\\.)?|ao[ûu]t|ago(?:sto|\\.)|sep(?:tember|tembre|tiembre|t\\.?|\\.)?|set(?:tembre|embro|\\.)|o[ck]t(?:ober|obre|ubre|\\.)?|out(?:ubro|\\.)|ott(?:obre|\\.)|nov(?:ember|embre|iembre|embro|\\.)?|de[czs](?:ember|embre|embro|\\.)?|dez\\.?|déc(?:embre|\\.)|dic(?:embre|iembre|\\.)|enero|ene\\.?|gen(?:naio|\\.)|stycznia|lutego|marca|kwietnia|czerwca|lipca|sierpnia|wrze[śs]nia|pa[źz]dziernika|listopada|grudnia";
const year = "(?:1[89]|20)\\d\\d";
const short = "['’]?\\d\\d(?!\\d)";
const date = new RegExp(
  `(?<![\\w,/-])(?:(?<y>${year})([-/.])(?<m>\\d{1,2})\\2(?<d>\\d{1,2})` +
    `|(?<a>\\d{1,2})(?<mark>[-/.] ?)(?<b>\\d{1,2})\\k<mark>(?:${year}|${short})` +
    `|\\d{1,2}(?:st|nd|rd|th|er|º|ª|\\.)?[\\s./-]{1,2}(?:of\\s|de\\s|di\\s)?(?:${months}),?[\\s./-]{1,2}(?:de\\s|del\\s|do\\s)?(?:${year}|${short})` +
    `|(?:${months})\\s\\d{1,2}(?:st|nd|rd|th)?(?:,\\s?|\\s)(?:${year}|${short})` +
    `|(?<s>${year})(?<t>\\d\\d)(?<u>\\d\\d))(?![\\w/]|-\\d)`,
  "giu",
);
const births = [
  "\\b(?:born|birth(?:\\s?-?date|day)?|birth[_ -]?dt|d\\.?\\s?o\\.?\\s?b|b-?day|brthdt)\\b|\\(b\\.|\\bb\\. (?=\\d|\\p{L}{3})",
  "\\bgeboren\\b|\\bgeb\\b|\\bgeb[-. ]?dat|geburts(?:datum|tag)",
  "(?<!\\p{L})né(?:e|\\(e\\)|·e)?(?!\\p{L})|naissance|naiss\\.|anniversaire|\\bddn\\b",
  "\\bnacid[oa]|(?<!\\p{L})nac(?:ió|\\.)|nacimiento|cumpleaños|\\bf\\.? ?nac\\b",
  "\\bnascit[ao]|\\bnat[oa] (?:il|a|l['’]|in)|\\bnat[oa]\\b|compleanno",
  "geboorte|\\bgebdat|verjaardag",
  "nascimento|\\bnascid[oa]|\\bnasc\\.|(?<!\\p{L})nasceu\\b|aniversário|\\bd\\.? ?nasc",
  "urodz|\\bur\\. |\\bdata ur\\b",
  "\\bfödd\\b|\\bfødt\\b|syntynyt|\\bnar\\. |narozen|született|doğum",
];
/** Matches birth words before the date, without another date or a word of a later life event in between. */
const before = new RegExp(
  `(?:(?:${births.join("|")})(?:(?!\\d{4}|\\b(?:admitted|seen|since|discharged|expires?|valid|issued|ordered|booked|visit|moved)\\b)[^\\n]){0,40}(?:[\\d./-]{8,10} (?:or|oder|ou|o|of) )?|(?:^|[\\s(,;])[*∗] ?)$`,
  "iu",
);
const afterwards =
  /^\s?(?:\(|,|is|=|as)?\s?(?:d\.?o\.?b\b|born|geboren|geb\.|urodz|nacid[oa]|nascid[oa]|my birthday|(?:is |was )?(?:my|his|her|their) (?:birthday|date of birth)|date of birth|birthday\b)/i;
/** `Anna Roe;12.03.1980`: in a table row, after a person's name. */
const afterName = /(?:^|[;|\t])\s?\p{Lu}[\p{L}'’.-]{0,24}(?:,? \p{L}[\p{L}'’.-]{0,24}){1,4}\s?[;|\t]\s?$/u;

/** Cheap pre-check: texts without a match are skipped. */
const hint = /\d\d/;

export const dateOfBirthDetector: PersonalDataDetector = (text) => {
  if (!hint.test(text)) return [];
  const found: TextSpan[] = [];
  for (const match of allMatches(date, text)) {
    const { index: start } = match;
    const end = start + match[0].length;
    if (/\d\.$/.test(text.slice(Math.max(0, start - 2), start))) continue;
    if (!isDate(match.groups ?? {})) continue;
    const head = text.slice(Math.max(0, start - 64), start);
    const inRow = afterName.test(head) && /^\s?(?:[;|\t]|$)/.test(text.slice(end, end + 2));
    if (inRow || before.test(head) || afterwards.test(text.slice(end, end + 32))) found.push({ start, end });
  }
  return found;
};

/** Validates numeric dates as calendar days, with day and month in either order. */
function isDate({ y, m, d, a, b, s, t, u }: Readonly<Record<string, string | undefined>>): boolean {
  if (y !== undefined)
    return isCalendarDay(Number(y), Number(m), Number(d)) || isCalendarDay(Number(y), Number(d), Number(m));
  if (s !== undefined) return isCalendarDay(Number(s), Number(t), Number(u));
  if (a === undefined) return true;
  return isCalendarDay(0, Number(b), Number(a)) || isCalendarDay(0, Number(a), Number(b));
}
