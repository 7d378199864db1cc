/** Finds all personal data in a text: runs the requested detectors and resolves overlaps. */
import { asciiForms } from "../text/digits.js";
import { addressDetector } from "./address.js";
import { cardDetector } from "./card.js";
import { dateOfBirthDetector } from "./date-of-birth.js";
import { emailDetector } from "./email.js";
import { comparableText, type ExceptedTexts } from "./exceptions.js";
import {
  personalEntities,
  type PersonalDataDetector,
  type PersonalEntity,
  type PersonalDataFinding,
} from "./finding.js";
import { ibanDetector } from "./iban.js";
import { ipDetector } from "./ip.js";
import { secretKeyDetector } from "./key.js";
import { macDetector } from "./mac.js";
import { nameDetector } from "./name.js";
import { nationalIdDetector } from "./national-id.js";
import { phoneDetector } from "./phone.js";
import { recordNumberDetector } from "./record.js";
import { urlDetector } from "./url.js";

// Resolves overlapping findings: one of them remains. Credentials come first, then findings with a checksum, then those
// with a distinctive format, then those known by words. Within one type, the longer finding wins, then the earlier one.

/** Ordered from strongest to weakest. */
export const entityPrecedence: readonly PersonalEntity[] = [
  "url",
  "key",
  "iban",
  "card",
  "national_id",
  "email",
  "mac",
  "ip",
  "date_of_birth",
  "record",
  "phone",
  "address",
  "name",
];
const rank = new Map<string, number>(entityPrecedence.map((entity, i) => [entity, i]));

/** User-defined patterns take precedence over all others, because they were requested by name. */
export function resolveOverlaps(findings: readonly PersonalDataFinding[]): readonly PersonalDataFinding[] {
  const strong = findings.toSorted(
    (a, b) =>
      (rank.get(a.entity) ?? -1) - (rank.get(b.entity) ?? -1) ||
      b.end - b.start - (a.end - a.start) ||
      a.start - b.start,
  );
  const taken = new Uint8Array(findings.reduce((most, { end }) => Math.max(most, end), 0));
  const accepted = strong.filter(({ start, end }) => {
    for (let index = start; index < end; index++) if (taken[index] === 1) return false;
    taken.fill(1, start, end);
    return true;
  });
  return accepted.sort((a, b) => a.start - b.start);
}

const detectors: Readonly<Record<PersonalEntity, PersonalDataDetector>> = {
  email: emailDetector,
  phone: phoneDetector,
  name: nameDetector,
  address: addressDetector,
  date_of_birth: dateOfBirthDetector,
  card: cardDetector,
  iban: ibanDetector,
  national_id: nationalIdDetector,
  ip: ipDetector,
  mac: macDetector,
  url: urlDetector,
  key: secretKeyDetector,
  record: recordNumberDetector,
};

/** A user-defined pattern, compiled. */
export interface CustomPattern {
  readonly name: string;
  readonly find: PersonalDataDetector;
}

/**
 * Returns findings in order, without overlaps; digits of any script are recognized. Detectors that were not requested
 * hide nothing: a phone number within an address is found even if addresses are not searched for.
 */
export function findPersonalData(
  text: string,
  wanted: readonly PersonalEntity[] = personalEntities,
  customPatterns: readonly CustomPattern[] = [],
  except?: ExceptedTexts,
): readonly PersonalDataFinding[] {
  const all: PersonalDataFinding[] = [];
  // The ASCII form has the same length, so offsets are equal in both texts.
  const plain = asciiForms(text);
  const add = (entity: string, find: PersonalDataDetector, content: string): void => {
    for (const span of find(content)) {
      const found = text.slice(span.start, span.end);
      if (!except?.has(comparableText(found))) all.push({ entity, ...span, text: found });
    }
  };
  for (const one of customPatterns) add(one.name, one.find, text);
  for (const entity of wanted) add(entity, detectors[entity], plain);
  return all.length < 2 ? all : resolveOverlaps(all);
}
