/**
 * Extracts entities from tags. `bio` is lenient, as conlleval and seqeval are by default: an I- that does not continue
 * an entity begins one. `iob2` is strict: only B- begins an entity, and an I- that continues nothing is ignored.
 */
export type TagScheme = "bio" | "iob2" | "none";
export interface TaggedEntity {
  readonly type: string;
  /** Index of the first word, from 0. */
  readonly start: number;
  /** Index after the last word. */
  readonly end: number;
}

const TAG = /^([BI])-(.+)$/u;

export function entitiesOf(tags: readonly string[], scheme: TagScheme): readonly TaggedEntity[] {
  const found: { type: string; start: number; end: number }[] = [];
  if (scheme === "none") return found;
  let open: { type: string; start: number; end: number } | undefined;
  tags.forEach((tag, word) => {
    const [, mark, type] = TAG.exec(tag) ?? [];
    if (mark === "I" && open?.type === type && open) open.end = word + 1;
    else if (type !== undefined && (mark === "B" || scheme === "bio")) {
      open = { type, start: word, end: word + 1 };
      found.push(open);
    } else open = undefined;
  });
  return found;
}

/** Returns the first invalid tag and the reason; undefined if all tags follow the scheme. */
export function findTagViolation(
  tags: readonly string[],
  scheme: TagScheme,
): { readonly tag: string; readonly why: string } | undefined {
  if (scheme === "none") return undefined;
  for (const [word, tag] of tags.entries()) {
    if (tag === "O") continue;
    const [, mark, type] = TAG.exec(tag) ?? [];
    if (type === undefined) return { tag, why: "it is not O, B-kind or I-kind" };
    const before = TAG.exec(tags[word - 1] ?? "O")?.[2];
    if (scheme === "iob2" && mark === "I" && before !== type) return { tag, why: `it continues no ${type}` };
  }
  return undefined;
}

export interface EntityCounts {
  readonly hit: number;
  readonly given: number;
  readonly have: number;
}
/** Counts entities per type; a match needs the same type, start and end. */
export function entityCounts(
  truth: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  scheme: TagScheme,
): ReadonlyMap<string, EntityCounts> {
  const counts = new Map<string, { hit: number; given: number; have: number }>();
  const countsFor = (type: string) => {
    let typeCounts = counts.get(type);
    if (!typeCounts) counts.set(type, (typeCounts = { hit: 0, given: 0, have: 0 }));
    return typeCounts;
  };
  truth.forEach((tags, text) => {
    const key = ({ type, start, end }: TaggedEntity): string => `${start} ${end} ${type}`;
    const have = entitiesOf(tags, scheme);
    const known = new Set(have.map(key));
    for (const entity of have) countsFor(entity.type).have++;
    for (const entity of entitiesOf(predicted[text] ?? [], scheme)) {
      countsFor(entity.type).given++;
      if (known.has(key(entity))) countsFor(entity.type).hit++;
    }
  });
  return counts;
}

export function entityF1({ hit, given, have }: EntityCounts): number {
  return given + have === 0 ? 0 : (2 * hit) / (given + have);
}
