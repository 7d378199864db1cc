/** National identity numbers as their countries write them. */
export interface NationalId {
  /** ISO 3166, and what it is called there. */
  readonly country: string;
  readonly name: string;
  /** Sticky; begins and ends with a letter or a digit. */
  readonly shape: string;
  /** What must hold of it without spaces, hyphens, dots and slashes, in capitals. Absent: the shape alone says enough. */
  readonly check?: (id: string) => boolean;
  /** False: what is checked is a day alone, which many numbers have. */
  readonly checksum?: false;
  /** Words without which it is just a number: a single check digit lets one in ten numbers of its length pass. */
  readonly needs?: RegExp;
  /** Written so (with its hyphens, its dots) it needs no words. */
  readonly plain?: RegExp;
}
