/** Detects IBANs by the country's length and mod 97. */
import { allMatches } from "./matches.js";
import { remainderOf } from "./checksums.js";
import { isWordCharacterAt } from "./context.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

const lengths: ReadonlyMap<string, number> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 " +
    "FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 " +
    "LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 " +
    "SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((one) => [one.slice(0, 2), Number(one.slice(2))]),
);
const beginning = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])/g;

/** @param account without spaces, in capitals */
export function isValidIban(account: string): boolean {
  if (lengths.get(account.slice(0, 2)) !== account.length) return false;
  const turned = account.slice(4) + account.slice(0, 4);
  return (
    remainderOf(
      turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55)),
      97,
    ) === 1
  );
}

export const ibanDetector: PersonalDataDetector = (text) => {
  const found: TextSpan[] = [];
  for (const { index: start } of allMatches(beginning, text)) {
    const wanted = lengths.get(text.slice(start, start + 2).toUpperCase());
    const end = wanted === undefined ? undefined : endOf(text, start, wanted);
    if (end === undefined || isWordCharacterAt(text, end)) continue;
    if (isValidIban(text.slice(start, end).replace(/[ -]/g, "").toUpperCase())) found.push({ start, end, sure: true });
  }
  return found;
};

/** Returns the end of the wanted number of letters and digits; single spaces or hyphens may separate them. */
function endOf(text: string, start: number, wanted: number): number | undefined {
  let [position, have] = [start, 0];
  for (; have < wanted; position++) {
    if (/[A-Za-z0-9]/.test(text[position] ?? "")) have++;
    else if (!/[ -]/.test(text[position] ?? "") || /[ -]/.test(text[position + 1] ?? " ")) return undefined;
  }
  return position;
}
