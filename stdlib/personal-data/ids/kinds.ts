/** National identity numbers in their countries' formats. */
export interface NationalId {
  /** ISO 3166 country code, and the number's name in that country. */
  readonly country: string;
  readonly name: string;
  /** Sticky pattern that begins and ends with a letter or a digit. */
  readonly shape: string;
  /**
   * Validates the number without spaces, hyphens, dots and slashes, in capitals. If undefined, the shape is sufficient.
   */
  readonly check?: (id: string) => boolean;
  /** False if the check only validates a calendar day, which many numbers pass. */
  readonly checksum?: false;
  /** Words that must precede the number: a single check digit accepts one in ten numbers of the same length. */
  readonly needs?: RegExp;
  /** A number in this format (with its hyphens or dots) needs no words. */
  readonly plain?: RegExp;
}
