/**
 * Where two findings share text one of them stays. Which: what opens a door first, then what a checksum holds, then what is
 * known by its shape, then what is known by words; of the same sort the longer, then the earlier.
 */
import type { PersonalEntity, PersonalDataFinding } from "./finding.js";

/** From strong to weak. */
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

/** A user's own patterns come before all others: they were asked for by name. */
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
