/** Detects IPv4 and IPv6 addresses, except those of no particular machine (loopback, unspecified, broadcast). */
import { allMatches } from "./matches.js";
import { isPrecededBy } from "./context.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const four = new RegExp(`(?<![\\w.-])${octet}(?:\\.${octet}){3}(?![\\w-]|\\.\\d)`, "g");
const nobody = /^(?:127\.|0\.0\.0\.0$|255\.255\.255\.)/;
const version = /(?:version|release|firmware|build|section|chapter|clause|kapitel|abschnitt|v\.?)\s*$/i;
/** IPv6 with at least two colons, not next to word characters. */
const six =
  /(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:|::)(?:[0-9A-Fa-f]{1,4}:|:){0,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/g;

export const ipDetector: PersonalDataDetector = (text) => {
  const found: TextSpan[] = [];
  if (text.includes("."))
    for (const match of allMatches(four, text))
      if (!nobody.test(match[0]) && !isPrecededBy(text, match.index, version, 16)) found.push(spanOf(match));
  if (text.includes(":")) for (const match of allMatches(six, text)) if (isSix(match[0])) found.push(spanOf(match));
  return found.sort((a, b) => a.start - b.start);
};

const spanOf = (match: RegExpExecArray): TextSpan => ({ start: match.index, end: match.index + match[0].length });

function isSix(address: string): boolean {
  const halves = address.split("::");
  if (halves.length > 2 || !/\d/.test(address) || /^[:0]*1?$/.test(address)) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (groups.some((group) => group === "")) return false;
  const mapped = groups.at(-1)?.includes(".") ? 1 : 0;
  const count = groups.length + mapped;
  return halves.length === 2 ? count >= 2 && count < 8 : count === 8;
}
