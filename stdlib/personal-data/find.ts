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
import { keyDetector } from "./key.js";
import { macDetector } from "./mac.js";
import { nameDetector } from "./name.js";
import { nationalIdDetector } from "./national-id.js";
import { resolveOverlaps } from "./overlaps.js";
import { phoneDetector } from "./phone.js";
import { recordDetector } from "./record.js";
import { urlDetector } from "./url.js";

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
  key: keyDetector,
  record: recordDetector,
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
