/** Versions of Python packages as PEP 440 orders final releases, and the specifiers that requirements are written with. */
function release(version: string): readonly number[] | null {
  return /^\d+(\.\d+)*(\.post\d+)?$/.test(version) ? version.replace("post", "").split(".").map(Number) : null;
}

/** Order of final releases; a pre-release sorts before every final one. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [release(a), release(b)];
  if (!x || !y) return (x ? 1 : 0) - (y ? 1 : 0) || (a < b ? -1 : a > b ? 1 : 0);
  for (let i = 0; i < Math.max(x.length, y.length); i++)
    if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}

/** Whether a version meets `spec`: an exact version, or comma-separated specifiers; pre-releases only when named exactly. */
export function satisfies(version: string, spec: string): boolean {
  if (!/[<>=!~]/.test(spec)) return spec === "" ? release(version) !== null : version === spec;
  if (!release(version)) return false;
  return spec.split(",").every((part) => {
    const m = /^\s*(~=|==|!=|<=|>=|<|>)\s*([\w.*]+)\s*$/.exec(part);
    if (!m) return false;
    const [, operator, bound] = m as unknown as [string, string, string];
    const order = compareVersions(version, bound);
    const prefix = bound.replace(/\.\*$/, "");
    const starts = version === prefix || version.startsWith(`${prefix}.`);
    const family = bound.split(".").slice(0, -1).join(".");
    switch (operator) {
      case "==":
        return bound.endsWith(".*") ? starts : order === 0;
      case "!=":
        return bound.endsWith(".*") ? !starts : order !== 0;
      case "~=":
        return order >= 0 && (version === family || version.startsWith(`${family}.`));
      case "<=":
        return order <= 0;
      case ">=":
        return order >= 0;
      case "<":
        return order < 0;
      default:
        return order > 0;
    }
  });
}
