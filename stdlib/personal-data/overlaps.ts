/**
 * Resolves overlapping findings: one of them remains. Credentials come first, then findings with a checksum, then those
 * with a distinctive format, then those known by words. Within one type, the longer finding wins, then the earlier one.
 */
import type { PersonalEntity, PersonalDataFinding } from "./finding.js";

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
