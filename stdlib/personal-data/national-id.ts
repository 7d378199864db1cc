/**
 * Detects national identity numbers by country: a format, a checksum if there is one, and nearby words if the number
 * alone is ambiguous.
 */
import { allMatches } from "./matches.js";
import { isPrecededBy } from "./context.js";
import { nonEuropeanIds } from "./ids/other-countries.js";
import { europeanIds } from "./ids/europe.js";
import type { NationalId } from "./ids/kinds.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

export const nationalIds: readonly NationalId[] = [...europeanIds, ...nonEuropeanIds];

/** Finds possible starts of a number; the format of each country is tested there. */
const beginning = /(?<![\p{L}\p{N}_]|\d[.,-])(?=\d[\d ./-]{4}|[A-Z]{1,6}-?\d|[A-Z]{2} \d\d|[A-Z]{3} ?[A-Z]{3} \d)/giu;
const lettered = (shape: string): boolean =>
  shape.startsWith("[A-Z]") || shape.startsWith("(?!") || shape.startsWith("[STFG]");
const compiled = nationalIds.map((id) => ({
  id,
  shape: new RegExp(`(?:${id.shape})(?![\\p{L}\\p{N}_])(?![-./,]\\d)`, "iuy"),
  letter: lettered(id.shape) ? true : id.shape.includes("[XYZ]") ? null : false,
}));
const hint = /\d{2}[-./ ]?\d|[A-Z]{2} ?\d{2}/iu;

export const nationalIdDetector: PersonalDataDetector = (text) => {
  if (!hint.test(text)) return [];
  const found: TextSpan[] = [];
  let after = 0;
  for (const { index: start } of allMatches(beginning, text)) {
    if (start < after) continue;
    const span = idAt(text, start);
    if (!span) continue;
    found.push(span);
    after = span.end;
  }
  return found;
};

function idAt(text: string, start: number): TextSpan | undefined {
  const digit = text.charCodeAt(start) < 58;
  for (const { id, shape, letter } of compiled) {
    if (letter === digit) continue;
    shape.lastIndex = start;
    const written = shape.exec(text)?.[0];
    if (written === undefined) continue;
    if (id.check && !id.check(written.replace(/[ ./-]/g, "").toUpperCase())) continue;
    const alone = id.needs === undefined || (id.plain?.test(written) ?? false);
    if (!alone && id.needs && !isPrecededBy(text, start, id.needs) && !inRow(text, start, start + written.length, id))
      continue;
    return { start, end: start + written.length, ...(id.check && id.checksum !== false && { sure: true }) };
  }
  return undefined;
}

/** `Anna Roe;12.03.1980;536221234`: a number after a name and a date in a table row. */
function inRow(text: string, start: number, end: number, { country }: NationalId): boolean {
  if (country !== "US" || !/^\s?(?:[;|\t]|$)/m.test(text.slice(end, end + 2))) return false;
  return /\p{L} ?\p{L}*[;|\t]\s?[\p{L}\d][\p{L}\d ./,-]{5,24}[;|\t]\s?$/u.test(
    text.slice(Math.max(0, start - 60), start),
  );
}
