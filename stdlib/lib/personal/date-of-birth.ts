/** Days of birth: a date counts where words beside it say that someone was born then. */
import { matchesOf } from "./matches.js";
import { isDay } from "./checksums.js";
import type { Detector, Span } from "./finding.js";

const months =
  "jan(?:uary|uar|vier|\\.)?|feb(?:ruary|ruar|\\.)?|f[ée]v(?:rier|\\.)|mar(?:ch|s|zo|\\.)?|märz?|maart|apr(?:il|ile|\\.)?|avr(?:il|\\.)|may|mai|mei|maggio|mayo|june?|juni|juin|giu(?:gno|\\.)|junio|july?|juli|juil(?:let|\\.)|lug(?:lio|\\.)|julio|aug(?:ust|ustus|\\.)?|ao[ûu]t|ago(?:sto|\\.)|sep(?:tember|tembre|tiembre|t\\.?|\\.)?|set(?:tembre|\\.)|o[ck]t(?:ober|obre|ubre|\\.)?|ott(?:obre|\\.)|nov(?:ember|embre|iembre|\\.)?|de[cz](?:ember|embre|\\.)?|déc(?:embre|\\.)|dic(?:embre|iembre|\\.)|enero|ene\\.|gen(?:naio|\\.)|febrero|febbraio|februari|januari|marzo|abril|abr\\.|augusto|giugno|luglio|agosto";
const year = "(?:1[89]|20)\\d\\d";
const date = new RegExp(
  `(?<![\\w.,/-])(?:(?<y>${year})([-/.])(?<m>\\d{1,2})\\2(?<d>\\d{1,2})` +
    `|(?<a>\\d{1,2})([-/.])(?<b>\\d{1,2})\\6(?:${year}|\\d\\d)` +
    `|\\d{1,2}(?:st|nd|rd|th|er|º|\\.)?\\s(?:of\\s|de\\s|di\\s)?(?:${months}),?\\s(?:de\\s|del\\s)?${year}` +
    `|(?:${months})\\s\\d{1,2}(?:st|nd|rd|th)?,?\\s${year})(?![\\w/-])`,
  "giu",
);
const before =
  /(?:\bborn\b|\bd\.?o\.?b\b|\bbirth(?:\s?-?date|day)?\b|date of birth|\bgeboren\b|\bgeb\.|geburts(?:datum|tag)|(?<!\p{L})né(?:e|\(e\))?(?!\p{L})|date de naissance|naissance|nacimiento|\bnacid[oa]\b|(?<!\p{L})nació(?!\p{L})|nascita|\bnat[oa]\b|geboorte(?:datum)?|nascimento|\bnascid[oa]\b|urodzon[ya]|data urodzenia|\bfödd\b|\bfødt\b|syntynyt)[^\n]{0,32}$/iu;
const afterwards =
  /^\s?(?:\(|,|is|=|as)?\s?(?:d\.?o\.?b\b|born|geboren|geb\.|my birthday|(?:is )?(?:my|his|her|their) (?:birthday|date of birth)|date of birth)/i;

export const dateOfBirth: Detector = (text) => {
  const found: Span[] = [];
  for (const match of matchesOf(date, text)) {
    const { index: start } = match;
    const end = start + match[0].length;
    if (!isDate(match.groups ?? {})) continue;
    if (before.test(text.slice(Math.max(0, start - 64), start)) || afterwards.test(text.slice(end, end + 32)))
      found.push({ start, end });
  }
  return found;
};

/** Those of numbers alone are days; day and month in either order. */
function isDate({ y, m, d, a, b }: Readonly<Record<string, string | undefined>>): boolean {
  if (y !== undefined) return isDay(Number(y), Number(m), Number(d));
  if (a === undefined) return true;
  return isDay(0, Number(b), Number(a)) || isDay(0, Number(a), Number(b));
}
