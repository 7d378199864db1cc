/**
 * Path patterns: `*` and `?` within a name, `[abc]`, `{a,b}`, and `**` for any folders. Matching takes polynomial time,
 * so no pattern is slow.
 */

/** Maximum number of patterns that the braces of a path may expand to. */
const MOST_FORMS = 1000;

export function isPathPattern(path: string): boolean {
  return /[*?[{]/.test(path) && !/^\w{2,}:\/\//.test(path);
}

/** Returns the folder before the first pattern, and the names below it: one list per brace expansion. */
export function parsePathPattern(path: string): {
  readonly root: string;
  readonly forms: readonly (readonly string[])[];
} {
  const names = path.replaceAll("\\", "/").split("/");
  const first = names.findIndex(isPathPattern);
  const root = names.slice(0, first).join("/");
  const below = names.slice(first).join("/");
  return {
    root: first > 0 && root === "" ? "/" : root,
    forms: withoutBraces(below).map((form) =>
      form.split("/").filter((name, i, all) => name !== "" && name !== "." && !(name === "**" && all[i - 1] === "**")),
    ),
  };
}

/** Expands `a.{csv,tsv}` to `a.csv` and `a.tsv`. */
function withoutBraces(text: string): readonly string[] {
  const whole = /^(.*?)\{([^{}]*)\}(.*)$/su.exec(text);
  if (!whole) return [text];
  const [, before = "", inner = "", after = ""] = whole;
  const forms = inner.split(",").flatMap((one) => withoutBraces(`${before}${one}${after}`).slice(0, MOST_FORMS));
  return [...new Set(forms)].slice(0, MOST_FORMS);
}

/** Returns true if a path below the root matches. Names with a leading dot match only if the pattern has that dot. */
export function matchesPathPattern(names: readonly string[], form: readonly string[]): boolean {
  const [head, ...rest] = form;
  if (head === undefined) return names.length === 0;
  if (head !== "**")
    return names[0] !== undefined && matchesNamePattern(names[0], head) && matchesPathPattern(names.slice(1), rest);
  for (let skipped = 0; skipped <= names.length; skipped++) {
    if (matchesPathPattern(names.slice(skipped), rest)) return true;
    if (names[skipped]?.startsWith(".")) return false;
  }
  return false;
}

/** Returns true if a folder with these names may contain matching files. */
export function mayContainMatches(names: readonly string[], form: readonly string[]): boolean {
  const deep = form.indexOf("**");
  if (deep >= 0 && names.length > deep)
    return (
      form.slice(0, deep).every((one, i) => matchesNamePattern(names[i] ?? "", one)) && !names.at(-1)?.startsWith(".")
    );
  return names.length < form.length && names.every((name, i) => form[i] === "**" || matchesNamePattern(name, form[i]!));
}

export function matchesNamePattern(name: string, pattern: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  const [letters, signs] = [Array.from(name), signsOf(pattern)];
  let [index, sign] = [0, 0];
  let star: { readonly sign: number; index: number } | null = null;
  while (index < letters.length) {
    const wanted = signs[sign];
    if (wanted === "*") {
      star = { sign: ++sign, index };
    } else if (
      wanted !== undefined &&
      (wanted === "?" || wanted === letters[index] || isAmong(letters[index]!, wanted))
    ) {
      index++;
      sign++;
    } else if (star) {
      [index, sign] = [++star.index, star.sign];
    } else return false;
  }
  while (signs[sign] === "*") sign++;
  return sign === signs.length;
}

/** Splits a pattern into letters, `*`, `?` and `[…]` groups. */
function signsOf(pattern: string): readonly string[] {
  return pattern.match(/\[[^\]]+\]|[^]/gu) ?? [];
}

function isAmong(letter: string, sign: string): boolean {
  if (sign.length < 3) return false;
  const not = /^\[[!^]/.test(sign);
  const among = Array.from(sign.slice(not ? 2 : 1, -1));
  const found = among.some((one, i) =>
    among[i + 1] === "-" && among[i + 2] !== undefined
      ? one <= letter && letter <= among[i + 2]!
      : one === letter && !(among[i - 1] === "-" && i > 1),
  );
  return found !== not;
}
