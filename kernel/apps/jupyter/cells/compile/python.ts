/**
 * Detects Python in a cell that doesn't compile as TypeScript: its position, and the Tune or TypeScript equivalents.
 */
import { isSyntaxCompileError, type CellCompileError } from "./complaints.js";

/** Lines that are never TypeScript, reported only if the cell doesn't parse. */
const forms: readonly RegExp[] = [
  /^\s*from\s+[\w.]+\s+import\b/,
  /^\s*import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*[\w.]+(\s+as\s+\w+)?)*\s*(#.*)?$/,
  /^\s*!\s?[a-z][\w-]*\s+[\w./"'-]/,
  /^%{1,2}[a-z]\w*(\s|$)/,
  /^\s*(async\s+)?def\s+\w+\s*\(/,
  /^\s*class\s+\w+\s*(\([^)]*\))?\s*:\s*(#.*)?$/,
  /^\s*(for\s+[\w, ()]+\s+in|with|elif|except|while|if)\s*\b[^{]*:\s*(#.*)?$/,
];
/** Lines with names unknown to TypeScript: a call of `print`, a value by its name, a variable without `const`. */
const unknownNames: readonly RegExp[] = [
  /^\s*print\s*\(/,
  /^\s*([\w.]+\s*=\s*)?[\w.]+\((.*[,(]\s*)?[a-z_]\w*\s*=(?![=>])/,
  /^\s*\w+\s*=\s*(await\s+)?[\w.]*\b(read_\w+|from_\w+|load_\w+)\s*\(/,
];

interface Served {
  readonly found: RegExp;
  readonly help: (match: RegExpExecArray) => string;
}
const quoted = (text: string | undefined, instead: string): string => JSON.stringify(text ?? instead);
/** Equivalents for Python code; those of `plainly` only if none of these applies. */
const served: readonly Served[] = [
  {
    found: /\b(?:pip3?|conda|uv|poetry)\s+(?:install|add)\b/,
    help: () => "training needs no package; install npm packages with `npm install NAME` in the notebook's folder",
  },
  {
    found: /\bread_(csv|json|parquet)\s*\(\s*(?:["']([^"']*)["'])?/,
    help: ([, kind = "csv", path]) => {
      const source = kind === "json" ? "jsonl" : kind;
      return `\`data d { source: ${source}(${quoted(path, `FILE.${source}`)}) … }\` reads it`;
    },
  },
  {
    found: /\bload_dataset\s*\(/,
    help: () => '`data d { source: csv("FILE.csv") … }` reads data',
  },
  {
    found: /\bfrom_pretrained\s*\(\s*(?:["']([^"']*)["'])?/,
    help: ([, base]) => `\`model m { base: ${quoted(base, "NAME")} … }\` is a model`,
  },
  {
    found: /(?:^|[\s.=])(?:train|fit)\s*\((?:.*\bepochs\s*=\s*(\d+))?|\b\w*Trainer\s*\(/,
    help: ([, epochs]) => `\`train m on d { epochs: ${epochs ?? "3"} }\` trains`,
  },
];
const plainly: readonly Served[] = [
  { found: /^\s*print\s*\((.*)\)\s*$/, help: ([, what = "x"]) => `write \`console.log(${what})\`` },
  { found: /^\s*(?:async\s+)?def\s+(\w+)\s*\(/, help: ([, name = "f"]) => `write \`function ${name}(…) { … }\`` },
  { found: /^/, help: () => "`data`, `model` and `train` are Tune's own: nothing is imported for them" },
];

/**
 * Returns one error with help instead of the compiler's errors about Python; undefined if it doesn't look like Python.
 */
export function pythonCodeErrorIn(
  complaints: readonly CellCompileError[],
  code: string,
): { readonly complaint: CellCompileError; readonly hint: string } | undefined {
  const unparsed = complaints.some((one) => isSyntaxCompileError(one));
  const unknown = new Set(complaints.filter((one) => isUnknownName(one)).map(({ line }) => line));
  const lines = code.split("\n");
  const lineIndex = lines.findIndex(
    (line, i) =>
      (unparsed && forms.some((form) => form.test(line))) ||
      (unknown.has(i + 1) && unknownNames.some((form) => form.test(line))),
  );
  const line = lines[lineIndex];
  if (line === undefined) return undefined;
  const text = line.trim();
  const complaint: CellCompileError = {
    code: "python",
    message: "this is Python; cells are Tune or TypeScript",
    notes: [],
    line: lineIndex + 1,
    column: line.indexOf(text) + 1,
    length: Math.max(1, text.length),
  };
  return { complaint, hint: helpFor(lines, line) };
}

/** Reports an unknown name, or one (`print`) that the browser's types define differently. */
function isUnknownName({ code }: CellCompileError): boolean {
  return ["TS2304", "TS2552", "TS2554", "TS18004"].includes(code) || /^TS1\d{3}$/.test(code);
}

function helpFor(lines: readonly string[], line: string): string {
  const all = served.flatMap(({ found, help }) => {
    const match = lines.map((one) => found.exec(one)).find((one) => one !== null);
    return match ? [help(match)] : [];
  });
  if (all.length > 0) return all.join("; ");
  for (const { found, help } of plainly) {
    const match = found.exec(line);
    if (match) return help(match);
  }
  return "";
}
