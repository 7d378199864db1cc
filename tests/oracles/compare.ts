/**
 * Lists the differences between two JSON values. Numbers have a tolerance relative to the larger one (at least to
 * 1e-3); everything else must be equal.
 */
export function differences(made: unknown, kept: unknown, tolerance: number, path = ""): string[] {
  if (typeof made === "number" && typeof kept === "number") {
    const allowed = tolerance * Math.max(1e-3, Math.abs(made), Math.abs(kept));
    return Math.abs(made - kept) <= allowed ? [] : [`${path}: ${made} now, ${kept} kept`];
  }
  if (Array.isArray(made) && Array.isArray(kept)) {
    if (made.length !== kept.length) return [`${path}: ${made.length} values now, ${kept.length} kept`];
    return made.flatMap((value, i) => differences(value, kept[i], tolerance, `${path}[${i}]`));
  }
  if (isRecord(made) && isRecord(kept)) {
    const names = [...new Set([...Object.keys(made), ...Object.keys(kept)])];
    return names.flatMap((name) =>
      differences(made[name], kept[name], tolerance, path === "" ? name : `${path}.${name}`),
    );
  }
  return Object.is(made, kept) ? [] : [`${path}: ${JSON.stringify(made)} now, ${JSON.stringify(kept)} kept`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
