/**
 * Detects phone numbers. One with `+` or `00` is validated against the plans of all countries. One without counts if
 * its grouping is that of a country, or if the words before it indicate a phone number. The plans come from
 * `libphonenumber-js`: they change every month, and its 80 KB (`min`) are better than an outdated table here.
 */
import type * as plans from "libphonenumber-js/min";
import type { CountryCode } from "libphonenumber-js/min";
import { allMatches } from "./matches.js";
import { isPrecededBy } from "./context.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";
import { createRequire } from "node:module";

/** Phone number plans of countries, loaded when a text has a possible number. */
const require = createRequire(import.meta.url);

export const isValidPhoneNumber: typeof plans.isValidPhoneNumber = (number, country) =>
  (require("libphonenumber-js/min") as typeof plans).isValidPhoneNumber(number, country as plans.CountryCode);

const candidate =
  /(?<![\p{L}\p{N}_@./#$€£-]|[\d/]:)(?:\+ ?|\((?=\+?\d{1,5}\)))?\d(?:[\d]|[ .\-/\u00a0\u2011]{1,2}(?=[\d(])|\)[ .\-/]?(?=\d)|\((?=\d{1,4}\))){5,22}\d(?:,?\s?(?:x|[Ee]xt\.?|[Ee]xtension|[Pp]oste|[Dd]urchwahl|DW|dw|int\.?|interno|wew\.?|toestel|tst\.?|ramal|anexo|app\.?|#)\s?\d{1,6})?(?![\p{L}\p{N}_@%])(?![./:,]\d)/gu;
const phoneHint =
  /(?:(?<!\p{L})(?:tel|tél|telephone|téléphone|telefon[eo]?|teléfono|telefoon(?:nummer)?|phone|ph|mobile|mobil|mobiel|móvil|cell(?:ulare|phone)?|call(?:ed|ing)?|ring|dial|fax|whats ?app|text|sms|ruf(?:en)?|anruf(?:en)?|erreich(?:bar|en)|handy(?:nummer)?|rufnummer|telefonnummer|portable|appel(?:er|ez)|joindre|llam(?:ar|a|e|ame)|contact number|reach(?: me| us)?|chiam(?:are|a|ami)|bel(?:len)?|hotline|landline|numéro|celular|contacto|mob|cel|gsm|natel|tlf|tfno|telem[óo]vel|recapito|kom(?:órk\p{L}*)?|rückruf|zurückruf\p{L}*|rappel\p{L}*|callback|dzwoni\p{L}*|zadzwo\p{L}*|lig(?:ar|a|ue|uem))(?!\p{L})|☎|📞|📱)[^\n]{0,30}$/iu;
/** Words that precede phone numbers, but also many other numbers. */
const maybe =
  /(?<!\p{L})(?:number|num|nr|num[eé]ro|número|nummer|numer|contact\p{L}*|kontakt|reach\p{L}*|on|under|unter|au|al|op|pod)(?!\p{L})[^\n\p{L}]{0,4}(?:(?:is|ist|est|es|è|é|to|jest)(?!\p{L})[^\n\p{L}]{0,4})?$/iu;
/** Words that exclude a phone number, whatever its grouping. */
const other =
  /(?:\b(?:order|invoice|ticket|account|reference|ref|serial|isbn|issn|tracking|model|part|sku|id|iban|bsn|ssn|nif|dni|siret|siren|vat|ust|bestell\w*|rechnung\w*|auftrag\w*|commande|facture|pedido|factura|ordine|fattura|bestelling|kundennummer|artikel\w*|card|karte|carte|population|between|from|case|claim|policy|member|room|house|passport|licen[cs]e|registration|track|pesel|cpf|voucher|contract|contrat\p{L}*|vertrag\p{L}*|numer zam\p{L}*)\b[^\n]{0,12})$/iu;

/** Domestic number formats by country. */
const homes: readonly (readonly [shape: RegExp, countries: readonly CountryCode[]])[] = [
  [/^(?:1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4}/, ["US"]],
  [/^(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}/, ["US"]],
  [/^\(?0\d{2,4}\)? \d{3,4} ?\d{3,4}$/, ["GB", "DE", "IT", "NL", "AU", "ZA", "IE"]],
  [/^\(?0\d{4}\)? \d{6}$/, ["GB", "DE"]],
  [/^07\d{3} ?\d{6}$/, ["GB"]],
  [/^0[1-9](?:[ .-]\d{2}){4}$/, ["FR"]],
  [/^\(?0\d{2,5}\)?(?: ?[/-] ?| )\d{3,5}(?:[ -]?\d{1,5}){0,3}$/, ["DE", "AT", "CH", "NL", "BE", "SE"]],
  [/^0\d{2} \d{3} \d{2} \d{2}$/, ["CH", "SE", "BE"]],
  [/^04\d{2}(?:[ /.]?\d{2}){3}$/, ["BE"]],
  [/^[6-9]\d{2}([ .-])\d{3}\1\d{3}$/, ["ES"]],
  [/^[6-9]\d{2}([ .-])\d{2}\1\d{2}\1\d{2}$/, ["ES"]],
  [/^[6-9]\d([ .-])\d{3}\1\d{2}\1\d{2}$/, ["ES"]],
  [/^3\d{2}[ .-]\d{3}[ .-]?\d{4}$/, ["IT"]],
  [/^3\d{2}[ .-]\d{6,7}$/, ["IT"]],
  [/^0\d{1,3}[ /-]\d{6,8}$/, ["IT", "DE", "NL"]],
  [/^06[ -]?\d{2}(?:[ -]?\d{2}){3}$/, ["NL"]],
  [/^\(0[2378]\) \d{4} \d{4}$/, ["AU"]],
  [/^08\d[ -]\d{3}[ -]\d{4}$/, ["IE"]],
  [/^07\d{3}([ -])\d{3}\1\d{3}$/, ["GB"]],
  [/^(?:2\d|2\d{2}|9[1236]\d)([ .-])\d{3}\1\d{3,4}$/, ["PT"]],
  [/^06[ -]\d{8}$/, ["NL"]],
  [/^[5-8]\d{2}[ -]\d{3}[ -]\d{3}$/, ["PL"]],
  [/^\(\d{2}\) ?9?\d{4}-\d{4}$/, ["BR"]],
  [/^0[2-478]\d{0,2} \d{4} \d{4}$/, ["AU"]],
  [/^04\d{2} \d{3} \d{3}$/, ["AU"]],
  [/^[6-9]\d{4}[ -]\d{5}$/, ["IN"]],
];
/** Mobile numbers in France; Britain and the Netherlands; Germany; Italy; Portugal; and Spain. */
const mobile = /^(?:0[67]\d{8}|07\d{9}|01[567]\d{8,9}|3[2-9]\d{8}|9[1236]\d{7}|[67]\d{8})$/u;
const anywhere: readonly CountryCode[] = [
  "US",
  "GB",
  "DE",
  "FR",
  "ES",
  "IT",
  "NL",
  "BE",
  "CH",
  "AT",
  "PL",
  "PT",
  "SE",
  "IN",
  "AU",
  "BR",
  "MX",
  "IE",
  "DK",
  "NO",
];

export const phoneDetector: PersonalDataDetector = (text) => {
  const found: TextSpan[] = [];
  for (const match of allMatches(candidate, text)) {
    const { 0: written, index: start } = match;
    if (isPhone(text, start, written)) found.push({ start, end: start + written.length });
  }
  return found;
};

function isPhone(text: string, start: number, written: string): boolean {
  const number = written
    .replace(/,?\s?[a-z#].*$/iu, "")
    .replace(/[\u00a0]/gu, " ")
    .replace(/\u2011/gu, "-");
  const digits = number.replace(/\D/gu, "");
  if (digits.length < 7 || digits.length > 15) return false;
  if (/^\(?\+/u.test(number))
    return isValidPhoneNumber(`+${digits.replace(/^(\d{1,3})0(?=\d{9,})/u, plusZero(number))}`);
  if (/^00[1-9]/u.test(number) && isValidPhoneNumber(`+${digits.slice(2)}`)) return true;
  if (dated(number)) return false;
  const called = isPrecededBy(text, start, phoneHint);
  if (!called && isPrecededBy(text, start, other, 32)) return false;
  if (homes.some(([shape, countries]) => shape.test(number) && countries.some((c) => isValidPhoneNumber(digits, c))))
    return true;
  // The plans of all countries together accept most nine-digit numbers, so after an ambiguous word only mobile numbers
  // count.
  if (!called && maybe.test(text.slice(Math.max(0, start - 32), start)) && mobile.test(number.replace(/[ .()-]/gu, "")))
    return true;
  return called && anywhere.some((country) => isValidPhoneNumber(digits, country));
}

/** `+49 (0) 30 …`: the zero in brackets is not dialled from abroad. */
function plusZero(number: string): string {
  return /\(0\)/u.test(number) ? "$1" : "$10";
}

/** Returns true for dates and year ranges, which are written in groups too. */
function dated(number: string): boolean {
  return /^(?:(?:1[89]|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:1[89]|20)\d\d|(?:1[89]|20)\d\d ?[-/] ?(?:1[89]|20)\d\d)/u.test(
    number,
  );
}
