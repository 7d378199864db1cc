/**
 * Versions of Python packages and their specifiers, according to PEP 440. Written by hand, since the existing library
 * (@renovatebot/pep440) answers 11 of the 32 specifiers of tests/fixtures/fetch/pep440.json differently from Python's
 * own `packaging`: pre-releases, local labels and `===`.
 */
interface Version {
  readonly epoch: number;
  readonly release: readonly number[];
  /** `a`, `b` or `rc` and its number. */
  readonly pre: readonly [string, number] | null;
  readonly post: number | null;
  readonly dev: number | null;
  readonly local: readonly (string | number)[];
}

const FORM =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;
const PRE: Readonly<Record<string, string>> = { alpha: "a", beta: "b", c: "rc", pre: "rc", preview: "rc" };
/** Longer texts are rejected: no real version is longer, and an index may send anything. */
const LONGEST = 200;

function parse(text: string): Version | null {
  if (text.length > LONGEST) return null;
  const m = FORM.exec(text.trim().toLowerCase());
  if (!m) return null;
  const [, epoch, , pre, preNumber, bare, post, postNumber, dev, devNumber, local] = m;
  return {
    epoch: Number(epoch ?? 0),
    release: m[2]!.split(".").map(Number),
    pre: pre === undefined ? null : [PRE[pre] ?? pre, Number(preNumber)],
    post: bare !== undefined ? Number(bare) : post === undefined ? null : Number(postNumber),
    dev: dev === undefined ? null : Number(devNumber),
    local: local === undefined ? [] : local.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  };
}

/** Whether it is a final release, neither a pre-release nor a development release. */
function isFinal({ pre, dev }: Version): boolean {
  return pre === null && dev === null;
}

/** Order of versions; invalid ones come before all valid ones. */
export function comparePythonVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  if (!x || !y) return (x ? 1 : 0) - (y ? 1 : 0) || (a < b ? -1 : a > b ? 1 : 0);
  return compare(x, y);
}

function compare(x: Version, y: Version): number {
  return compareLists(keyOf(x), keyOf(y)) || compareLists(localKey(x), localKey(y));
}

/** The version without its local label, as numbers that are compared element by element. */
function keyOf({ epoch, release, pre, post, dev }: Version): readonly (number | readonly number[])[] {
  // 1.0.dev1 < 1.0a1 < 1.0 < 1.0.post1: a development release comes before all others of its release.
  const stage = pre ? { a: 1, b: 2, rc: 3 }[pre[0] as "a" | "b" | "rc"] : post === null && dev !== null ? 0 : 4;
  return [epoch, trimmed(release), stage, pre?.[1] ?? 0, post ?? -1, dev ?? Infinity];
}

/** In a local label numbers sort after words; no label sorts before any label. */
function localKey({ local }: Version): readonly (number | string)[] {
  return local.flatMap((part) => (typeof part === "number" ? [1, part] : [0, part]));
}

function trimmed(release: readonly number[]): readonly number[] {
  return release.slice(0, release.findLastIndex((n) => n !== 0) + 1);
}

type Key = readonly (number | string | readonly number[])[];
function compareLists(a: Key, b: Key): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const order = Array.isArray(x) && Array.isArray(y) ? compareLists(x as Key, y as Key) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * Whether a version meets `spec`: an exact version, or comma-separated specifiers; pre-releases only if one is named.
 */
export function satisfiesPythonVersion(version: string, spec: string): boolean {
  const parsedVersion = parse(version);
  if (!parsedVersion) return false;
  if (!/[<>=!~]/.test(spec)) {
    const named = parse(spec);
    return spec.trim() === "" ? isFinal(parsedVersion) : named !== null && equal(parsedVersion, named);
  }
  const parts = spec.split(",").map((part) => /^\s*(~=|===|==|!=|<=|>=|<|>)\s*([^\s,]+)\s*$/.exec(part));
  if (!parts.every((part) => part !== null)) return false;
  const specifiers = parts.map((part) => ({ operator: part[1]!, bound: part[2]! }));
  const named = specifiers.some(({ operator, bound }) => {
    const limit = operator === "!=" ? null : parse(bound.replace(/\.\*$/, ""));
    return limit !== null && !isFinal(limit);
  });
  return (
    (isFinal(parsedVersion) || named) &&
    specifiers.every(({ operator, bound }) => meets(parsedVersion, operator, bound, version))
  );
}

function meets(candidate: Version, operator: string, bound: string, written: string): boolean {
  if (operator === "===") return written.trim().toLowerCase() === bound.toLowerCase();
  const prefix = bound.endsWith(".*");
  const limit = parse(prefix ? bound.slice(0, -2) : bound);
  if (!limit || (prefix && (!/^[=!]=$/.test(operator) || !isPlain(limit)))) return false;
  // A local label of the candidate only counts if the bound has one.
  const bare: Version = { ...candidate, local: [] };
  switch (operator) {
    case "==":
      return prefix ? startsWith(candidate, limit) : equal(candidate, limit);
    case "!=":
      return prefix ? !startsWith(candidate, limit) : !equal(candidate, limit);
    case "~=":
      if (limit.release.length < 2) return false;
      return (
        compare(bare, limit) >= 0 && startsWith(candidate, { ...plain(limit), release: limit.release.slice(0, -1) })
      );
    case "<=":
      return compare(bare, limit) <= 0;
    case ">=":
      return compare(bare, limit) >= 0;
    case "<":
      // `< 1.0` excludes pre-releases of 1.0.
      return compare(candidate, limit) < 0 && (!isFinal(limit) || isFinal(candidate) || !sameRelease(candidate, limit));
    default:
      // `> 1.0` excludes post-releases of 1.0.
      return (
        compare(bare, limit) > 0 &&
        (limit.post !== null || candidate.post === null || !equal({ ...candidate, post: null, dev: null }, limit))
      );
  }
}

/** Its release only. */
function plain({ epoch, release }: Version): Version {
  return { epoch, release, pre: null, post: null, dev: null, local: [] };
}
function isPlain(version: Version): boolean {
  return isFinal(version) && version.post === null && version.local.length === 0;
}

function equal(candidate: Version, limit: Version): boolean {
  return compare(limit.local.length > 0 ? candidate : { ...candidate, local: [] }, limit) === 0;
}

function sameRelease(candidate: Version, limit: Version): boolean {
  return equal(plain(candidate), plain(limit));
}

/** Whether its release begins with `limit`'s, element by element; missing elements are 0. */
function startsWith(candidate: Version, limit: Version): boolean {
  return candidate.epoch === limit.epoch && limit.release.every((n, i) => (candidate.release[i] ?? 0) === n);
}
