/** Replaces personal data in a text: by its type, by nothing, by a keyed hash, or by a pseudonym. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { asciiForms } from "../text/digits.js";
import type { ExceptedTexts } from "./exceptions.js";
import { findPersonalData, type CustomPattern } from "./find.js";
import type { PersonalEntity, PersonalDataFinding } from "./finding.js";
import { canonicalForm, Pseudonyms } from "./pseudonyms.js";
import type { RedactionReplacement } from "./replacements.js";

export interface RedactionOptions {
  readonly entities: readonly PersonalEntity[];
  readonly customPatterns?: readonly CustomPattern[];
  /** Texts that are never replaced. */
  readonly except?: ExceptedTexts | undefined;
  readonly replacement: RedactionReplacement;
  /** Key of the replacement `hash`. */
  readonly key?: string;
  /** Seed of the replacement `pseudonyms`. */
  readonly seed?: number;
}
export interface RedactedText {
  readonly findings: readonly PersonalDataFinding[];
  readonly text: string;
}
/** Replaces findings in the texts of one document. */
export interface Redactor {
  (text: string): RedactedText;
  /** Returns the replacement of a finding. */
  instead(finding: PersonalDataFinding): string;
}

/** Maximum number of passes; each replaces matches that the previous one created (`a` + `@b.org`). */
const most = 4;

/** @param document returns the complete text of the document, from which pseudonyms are derived */
export function makeRedactor(how: RedactionOptions, document: () => string): Redactor {
  let pseudonyms: Pseudonyms | undefined;
  const instead = (found: PersonalDataFinding): string => {
    const finding = { ...found, text: asciiForms(found.text) };
    if (how.replacement === "remove") return "";
    if (how.replacement === "pseudonyms")
      return (pseudonyms ??= new Pseudonyms(document(), how.seed ?? 42)).pseudonymFor(finding);
    const sort = finding.entity.toUpperCase();
    return how.replacement === "mask" ? `[${sort}]` : `[${sort}:${hashed(finding, how.key ?? "")}]`;
  };
  const redact = (text: string): RedactedText => {
    const findings = findPersonalData(text, how.entities, how.customPatterns, how.except);
    let now = replaced(text, findings, instead);
    // Pseudonyms look like personal data themselves and must not be replaced again.
    for (let pass = 1; pass < most && findings.length > 0 && how.replacement !== "pseudonyms"; pass++) {
      const again = findPersonalData(now, how.entities, how.customPatterns, how.except);
      if (again.length === 0) break;
      now = replaced(now, again, instead);
    }
    return { findings, text: now };
  };
  return Object.assign(redact, { instead });
}

function replaced(
  text: string,
  findings: readonly PersonalDataFinding[],
  instead: (finding: PersonalDataFinding) => string,
): string {
  if (findings.length === 0) return text;
  const parts: string[] = [];
  let after = 0;
  for (const finding of findings) {
    parts.push(text.slice(after, finding.start), instead(finding));
    after = finding.end;
  }
  parts.push(text.slice(after));
  return parts.join("");
}

const encoder = new TextEncoder();
/** Returns 64 bits as letters: digits might be detected as a number again. */
function hashed({ entity, text }: PersonalDataFinding, key: string): string {
  const bytes = hmac(sha256, encoder.encode(key), encoder.encode(`${entity}\n${canonicalForm(entity, text)}`));
  return Array.from(bytes.subarray(0, 8), (byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");
}
