/** A row as one line of JSON: the values of its roles in a given order. What the hash of a data set is made of. */
export function rowJsonLine(roles: readonly string[], values: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(
    roles.map((role) => values[role]),
    plain,
  )}\n`;
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
