/**
 * Personal data that is left in the texts of the rows that are kept, counted by column and sort; no text of it is kept. Names
 * and the like are counted where they are more than chance finds among other words. Of very many rows what words alone tell is
 * looked for in some; what a checksum or a key's shape tells, in all.
 */
import type { PersonalFacts } from "#dsl/language/types/personal-facts.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { textRoles } from "#stdlib/data/text-roles.js";
import { findPersonalData } from "#platform/personal.js";
import { exceptedTextSetOf, type ExceptedTexts } from "#stdlib/personal-data/exceptions.js";
import { personalEntities, type PersonalEntity } from "#stdlib/personal-data/finding.js";
import { rowNameOf } from "../row/row-names.js";
import type { DataRow } from "../row/row.js";

/** Rows all of whose text is looked through for all sorts; of those after them every tenth. */
const WHOLE = 100_000;
const STEP = 10;
const quick: readonly PersonalEntity[] = ["url", "key", "iban", "card", "national_id", "email", "ip", "mac"];
/** What is found by words and lists: below so many rows, and such a share of those looked at, it is chance. */
const likely: ReadonlySet<string> = new Set(["name", "address"]);
const CHANCE = { rows: 3, share: 0.005 } as const;
const NAMED = 5;

interface Count {
  readonly column: string;
  readonly entity: string;
  rows: number;
  sure: number;
  readonly examples: RowName[];
}

export class PersonalDataCounter {
  private readonly columns: readonly (readonly [role: string, column: string])[];
  private readonly counts = new Map<string, Count>();
  private readonly excepted: ExceptedTexts;
  private rows = 0;
  private looked = 0;

  /** `excepted`: texts that the data's cleaners leave as they are on purpose. */
  constructor(columns: Readonly<Record<string, string>>, excepted: readonly string[] = []) {
    this.excepted = exceptedTextSetOf(excepted);
    this.columns = Object.entries(columns).filter(([role]) => textRoles.has(role) || role === "messages");
  }

  look(row: DataRow): void {
    const all = this.rows++ < WHOLE || this.rows % STEP === 0;
    if (all) this.looked++;
    for (const [role, column] of this.columns) {
      const value = row.values[role];
      if (typeof value !== "string") continue;
      // Turns lie as JSON: `\n` is a line end there.
      const text = role === "messages" ? value.replaceAll("\\n", "\n") : value;
      this.count(findPersonalData(text, all ? personalEntities : quick, [], this.excepted), column, row);
    }
  }

  /** The surest first; absent: nothing. */
  found(): { readonly personal?: readonly PersonalFacts[] } {
    const shownCounts = [...this.counts.values()].filter(
      ({ entity, rows }) => !likely.has(entity) || (rows >= CHANCE.rows && rows >= CHANCE.share * this.looked),
    );
    shownCounts.sort((a, b) => Math.sign(b.sure) - Math.sign(a.sure) || b.rows - a.rows);
    if (shownCounts.length === 0) return {};
    const { looked } = this;
    const some = (entity: string): boolean => looked < this.rows && !quick.includes(entity as PersonalEntity);
    return { personal: shownCounts.map((one) => (some(one.entity) ? { ...one, looked } : one)) };
  }

  private count(findings: ReturnType<typeof findPersonalData>, column: string, row: DataRow): void {
    for (const entity of new Set(findings.map(({ entity }) => entity))) {
      const key = `${column}\u0000${entity}`;
      let columnCount = this.counts.get(key);
      if (!columnCount) this.counts.set(key, (columnCount = { column, entity, rows: 0, sure: 0, examples: [] }));
      columnCount.rows++;
      if (findings.some((one) => one.entity === entity && one.sure)) columnCount.sure++;
      if (columnCount.examples.length < NAMED) columnCount.examples.push(rowNameOf(row));
    }
  }
}
