/**
 * Which row a decision belongs to: a hash of the texts that the source has in it, and which of the rows with just these texts
 * it is. A row that moved, or stands in a file that grew, is the same; one whose text changed is another.
 */
import { sha256 } from "#platform/digest.js";
import { spokenToo } from "#stdlib/lib/cleaners/text-roles.js";
import type { RowIdentity } from "./line.js";

export class Identities {
  private readonly seen = new Map<string, number>();

  /** Of the rows one after the other, before anything cleaned them. */
  of(values: Readonly<Record<string, unknown>>): RowIdentity {
    const texts = Object.entries(values).filter(([role]) => spokenToo(role));
    texts.sort(([a], [b]) => (a < b ? -1 : 1));
    const text = sha256().update(JSON.stringify(texts)).end().slice(0, 32);
    const nth = (this.seen.get(text) ?? 0) + 1;
    this.seen.set(text, nth);
    return { text, nth };
  }
}
