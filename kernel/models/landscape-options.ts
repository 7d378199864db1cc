/** Landscape options of a TypeScript cell. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export interface LandscapeOptions {
  /** Data, each with its split: `["german.test", "french.test"]`. */
  readonly on: readonly string[];
  /** Grid points along each side. Defaults to 17. */
  readonly cells?: number;
  /** Maximum rows evaluated per data set. Defaults to 256. */
  readonly rows?: number;
}
const LIMITS = { cells: [5, 81], rows: [1, 100_000] } as const;

/** Throws the coded error `bad-option`. */
export function landscapeOptionsOf(given: unknown): Required<LandscapeOptions> {
  const bad = (name: string, got: unknown, wanted: string): never => {
    throw new CodedError("bad-option", { name, got: JSON.stringify(got) ?? "left out", wanted });
  };
  if (typeof given !== "object" || given === null) return bad("the landscape", given, '`{ on: ["german.test"] }`');
  const { on, cells = 17, rows = 256, ...more } = given as Record<string, unknown>;
  const [other] = Object.keys(more);
  if (other !== undefined) return bad(other, more[other], "nothing here: the options are `on`, `cells` and `rows`");
  if (!Array.isArray(on) || on.length === 0 || on.length > 3 || !on.every((one) => typeof one === "string"))
    return bad("on", on, 'one to three data with their splits, as in `["german.test", "french.test"]`');
  const whole = (name: keyof typeof LIMITS, value: unknown): number => {
    const [low, high] = LIMITS[name];
    if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
    return bad(name, value, `an integer from ${String(low)} to ${String(high)}`);
  };
  return { on: on as readonly string[], cells: whole("cells", cells), rows: whole("rows", rows) };
}
