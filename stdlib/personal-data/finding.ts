/**
 * What personal data is called here, and where a text has it. Offsets count UTF-16 units, as JavaScript's strings do, so that
 * `text.slice(start, end)` is what was found. Detectors are pure and look once over a text, in time that follows its length
 * whatever stands in it.
 */
export const personalEntities = [
  "email",
  "phone",
  "name",
  "address",
  "date_of_birth",
  "card",
  "iban",
  "national_id",
  "ip",
  "mac",
  "url",
  "key",
  "record",
] as const;
export type PersonalEntity = (typeof personalEntities)[number];

export interface TextSpan {
  readonly start: number;
  readonly end: number;
  /** A checksum holds or it has the shape of a key: hardly ever anything else. */
  readonly sure?: boolean;
}
export interface PersonalDataFinding extends TextSpan {
  /** An entity, or the name of a user's own pattern. */
  readonly entity: string;
  readonly text: string;
}
/** Spans in order, none within another. */
export type PersonalDataDetector = (text: string) => readonly TextSpan[];

/** What is kept of rows that were looked through says by which rules; one more whenever they find something else. */
export const DETECTION_RULES_VERSION = 2;
