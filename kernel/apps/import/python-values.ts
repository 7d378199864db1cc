/** Literal values in a Python program: numbers, texts, lists and records. */
import { UnreadExpression } from "./settings.js";

/** Maximum nesting of brackets in a literal. */
const deepest = 20;

/** Returns a literal's value; for every other expression its text. */
export function pythonLiteralValue(written: string, names: ReadonlyMap<string, unknown>, depth = 0): unknown {
  const text = written.trim();
  if (depth > deepest) return new UnreadExpression(text);
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  if (/^[-+]?(\d[\d_]*\.?[\d_]*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text.replace(/_/g, ""));
  const quoted = /^[rbu]?("""|'''|"|')([\s\S]*)\1$/.exec(text);
  if (quoted && !(quoted[2] ?? "").includes(quoted[1] ?? '"'))
    return text.startsWith("r") ? quoted[2] : unescaped(quoted[2] ?? "");
  const inside = /^[[({]/.test(text) && closeOf(text, 1) === text.length - 1;
  if (inside && text.startsWith("{")) return record(text, names, depth);
  if (inside) {
    const parts = splitAtCommas(text, 1) ?? [];
    // Brackets with one expression are not a tuple.
    if (text.startsWith("(") && parts.length === 1 && !/,\s*\)$/.test(text))
      return pythonLiteralValue(parts[0] ?? "", names, depth + 1);
    const values = parts.map((part) => pythonLiteralValue(part, names, depth + 1));
    return values.some((one) => one instanceof UnreadExpression) ? new UnreadExpression(text) : values;
  }
  // PEFT's task names.
  const task = /^(?:\w+\.)?TaskType\.(\w+)$/.exec(text);
  if (task) return task[1];
  return names.has(text) ? names.get(text) : new UnreadExpression(text);
}

function record(text: string, names: ReadonlyMap<string, unknown>, depth: number): unknown {
  const entries = (splitAtCommas(text, 1) ?? []).map((part) => {
    const found = /^\s*(['"])(.*?)\1\s*:\s*([\s\S]*)$/.exec(part);
    return found ? ([found[2] ?? "", pythonLiteralValue(found[3] ?? "", names, depth + 1)] as const) : undefined;
  });
  return entries.every((one) => one !== undefined) ? Object.fromEntries(entries) : new UnreadExpression(text);
}

/** Resolves escapes in string literals. */
const unescaped = (text: string): string =>
  text.replace(/\\([nt"'\\])/g, (_, one: string) => (one === "n" ? "\n" : one === "t" ? "\t" : one));

/** Returns the offset of the bracket that closes the one before `start`; −1 if none does. */
function closeOf(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"' || character === "'") i = endOfText(text, i);
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && depth-- === 0) return i;
  }
  return -1;
}

/** Splits at commas from `start` to the closing bracket; undefined if none closes. */
export function splitAtCommas(text: string, start: number): readonly string[] | undefined {
  const parts: string[] = [];
  let [depth, from] = [0, start];
  for (let i = start; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"' || character === "'") i = endOfText(text, i);
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) {
      if (depth-- === 0)
        return [...parts, text.slice(from, i)].map((part) => part.trim()).filter((part) => part !== "");
    } else if (character === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return undefined;
}

/** Returns the offset of the closing quote of the string that begins at `start`. */
function endOfText(text: string, start: number): number {
  const one = text.charAt(start);
  const mark = text.startsWith(one.repeat(3), start) ? one.repeat(3) : one;
  for (let i = start + mark.length; i < text.length; i++) {
    if (text.charAt(i) === "\\") i++;
    else if (text.startsWith(mark, i)) return i + mark.length - 1;
  }
  return text.length;
}
