/**
 * Serializes a row as one line of JSON: its values in a given order of roles. The hash of a data set is computed from
 * these lines.
 */
export function rowJsonLine(roles: readonly string[], values: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(
    roles.map((role) => values[role]),
    plain,
  )}\n`;
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
