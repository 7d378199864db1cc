/**
 * Types of personal data, and findings in a text. Offsets count UTF-16 units, like JavaScript strings, so that
 * `text.slice(start, end)` is the finding. Detectors are pure and read a text once, in linear time for any content.
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
  /** True if a checksum is valid or the text has the shape of a key, so that a false positive is very unlikely. */
  readonly sure?: boolean;
}
export interface PersonalDataFinding extends TextSpan {
  /** An entity, or the name of a user-defined pattern. */
  readonly entity: string;
  readonly text: string;
}
/** Returns spans in order; none is within another. */
export type PersonalDataDetector = (text: string) => readonly TextSpan[];

/** Stored results refer to this version of the rules; increase it whenever the rules find something else. */
export const DETECTION_RULES_VERSION = 2;
