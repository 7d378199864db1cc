/**
 * What instrumented code checks at each place where a rule reports: is this place broken now, and how? One build
 * contains every mutant; `broken` selects the active one. `seen` collects the places that were passed.
 */
export type Kind = "off" | "fix" | "span" | "severity";

export interface Mutant {
  /** A place; a code if the mutant changes a severity. */
  readonly site: string;
  readonly kind: Kind;
}
interface Switch {
  broken: Mutant | undefined;
  /** Places passed since the map was last emptied, and whether they came with a fix and with a position. */
  readonly seen: Map<string, { fix: boolean; place: boolean }>;
  report(site: string, report: (...of: unknown[]) => unknown, of: unknown[]): unknown;
  off(site: string): boolean;
  code(site: string, code: string): string;
}

const isSpan = (value: unknown): value is { readonly start: number; readonly end: number } =>
  value !== null && typeof value === "object" && "source" in value && "start" in value && "end" in value;
const isFix = (value: unknown): boolean => value !== null && typeof value === "object" && "edits" in value;

function withoutFix(of: readonly unknown[]): unknown[] {
  return of.map((value) => {
    if (value === null || typeof value !== "object") return value;
    if (isFix(value)) return undefined;
    return "fix" in value ? { ...value, fix: undefined } : value;
  });
}
/**
 * Returns the arguments with each span moved right by one. A position given by the name of a word's argument (the third
 * argument) is dropped.
 */
function shifted(of: readonly unknown[]): unknown[] {
  return of.map((value, i) =>
    isSpan(value)
      ? { ...value, start: value.start + 1, end: value.end + 1 }
      : i === 2 && typeof value === "string"
        ? undefined
        : value,
  );
}

export const state: Switch = {
  broken: undefined,
  seen: new Map(),
  report(site, report, of) {
    const told = of
      .slice(2)
      .some((v) => isFix(v) || (v !== null && typeof v === "object" && "fix" in v && v.fix !== undefined));
    const placed = of.some(isSpan) || typeof of[2] === "string";
    const before = this.seen.get(site);
    this.seen.set(site, { fix: told || before?.fix === true, place: placed || before?.place === true });
    if (this.broken?.site !== site) return report(...of);
    if (this.broken.kind === "off") return undefined;
    return report(...(this.broken.kind === "fix" ? [...of.slice(0, 2), ...withoutFix(of.slice(2))] : shifted(of)));
  },
  off(site) {
    if (!this.seen.has(site)) this.seen.set(site, { fix: false, place: false });
    return this.broken?.site === site;
  },
  code(site, code) {
    return this.off(site) ? "broken-by-mutation" : code;
  },
};
(globalThis as unknown as { tunebookMutation: Switch }).tunebookMutation = state;
