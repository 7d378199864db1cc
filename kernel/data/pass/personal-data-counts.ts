/**
 * Counts personal data that remains in the texts of the rows, by column and category; none of the text is stored. Names
 * and addresses are reported only above the rate of chance matches. Word-based categories are sampled in large data
 * sets; categories with a checksum or a fixed shape are searched in all rows.
 */
import type { PersonalFacts } from "#dsl/language/types/personal-facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { textRoles } from "#stdlib/data/text-roles.js";
import { findPersonalData } from "#platform/personal.js";
import { exceptedTextSetOf, type ExceptedTexts } from "#stdlib/personal-data/exceptions.js";
import { personalEntities, type PersonalEntity } from "#stdlib/personal-data/finding.js";
import { rowNameOf, type DataRow } from "../row/row.js";

/** Rows that are searched for all categories; after them, every tenth row is. */
const WHOLE = 100_000;
const STEP = 10;
const quick: readonly PersonalEntity[] = ["url", "key", "iban", "card", "national_id", "email", "ip", "mac"];
/**
 * Categories found by words and lists. Below this number of rows and this share of the searched ones, they count as
 * chance.
 */
const likely: ReadonlySet<string> = new Set(["name", "address"]);
const CHANCE = { rows: 3, share: 0.005 } as const;
const NAMED = 5;

interface Count {
  readonly column: string;
  readonly entity: string;
  rows: number;
  sure: number;
  readonly examples: RowIdentifier[];
}

export class PersonalDataCounter {
  private readonly columns: readonly (readonly [role: string, column: string])[];
  private readonly counts = new Map<string, Count>();
  private readonly excepted: ExceptedTexts;
  private rows = 0;
  private looked = 0;

  /** `excepted`: texts that the data's cleaners leave unchanged on purpose. */
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
      // Messages are stored as JSON, where `\n` is a line break.
      const text = role === "messages" ? value.replaceAll("\\n", "\n") : value;
      this.count(findPersonalData(text, all ? personalEntities : quick, [], this.excepted), column, row);
    }
  }

  /** The most certain first. `personal` is absent if nothing was found. */
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
