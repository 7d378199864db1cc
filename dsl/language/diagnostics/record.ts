/** Tests whether an external value is an object with keys: in JavaScript, arrays and null are objects too. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
