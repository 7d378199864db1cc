/** All personal data of a text: every detector asked for, overlaps resolved. */
import { asciiForms } from "../text/digits.js";
import { address } from "./address.js";
import { card } from "./card.js";
import { dateOfBirth } from "./date-of-birth.js";
import { email } from "./email.js";
import { comparable, type Except } from "./exceptions.js";
import { entities, type Detector, type Entity, type Finding } from "./finding.js";
import { iban } from "./iban.js";
import { ip } from "./ip.js";
import { key } from "./key.js";
import { mac } from "./mac.js";
import { name } from "./name.js";
import { nationalId } from "./national-id.js";
import { resolved } from "./overlaps.js";
import { phone } from "./phone.js";
import { record } from "./record.js";
import { url } from "./url.js";

const detectors: Readonly<Record<Entity, Detector>> = {
  email,
  phone,
  name,
  address,
  date_of_birth: dateOfBirth,
  card,
  iban,
  national_id: nationalId,
  ip,
  mac,
  url,
  key,
  record,
};

/** A pattern of a user's own, compiled. */
export interface Own {
  readonly name: string;
  readonly find: Detector;
}

/**
 * In order, none overlapping another; digits of any script are read as such. What wasn't asked for doesn't hide what was: a phone number within an address that
 * nobody looks for is still found.
 */
export function findPersonal(
  text: string,
  wanted: readonly Entity[] = entities,
  own: readonly Own[] = [],
  except?: Except,
): readonly Finding[] {
  const all: Finding[] = [];
  // Of the same length: what is found there stands at the same places.
  const plain = asciiForms(text);
  const add = (entity: string, find: Detector, of: string): void => {
    for (const span of find(of)) {
      const found = text.slice(span.start, span.end);
      if (!except?.has(comparable(found))) all.push({ entity, ...span, text: found });
    }
  };
  for (const one of own) add(one.name, one.find, text);
  for (const entity of wanted) add(entity, detectors[entity], plain);
  return all.length < 2 ? all : resolved(all);
}
