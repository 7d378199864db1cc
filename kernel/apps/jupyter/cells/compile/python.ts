/** Python in a cell that doesn't compile as TypeScript: where it is, and what serves here for what it does. */
import { isSyntaxComplaint, type Complaint } from "./complaints.js";

/** Lines that no TypeScript has, told only where the cell doesn't parse. */
const forms: readonly RegExp[] = [
  /^\s*from\s+[\w.]+\s+import\b/,
  /^\s*import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*[\w.]+(\s+as\s+\w+)?)*\s*(#.*)?$/,
  /^\s*!\s?[a-z][\w-]*\s+[\w./"'-]/,
  /^%{1,2}[a-z]\w*(\s|$)/,
  /^\s*(async\s+)?def\s+\w+\s*\(/,
  /^\s*class\s+\w+\s*(\([^)]*\))?\s*:\s*(#.*)?$/,
  /^\s*(for\s+[\w, ()]+\s+in|with|elif|except|while|if)\s*\b[^{]*:\s*(#.*)?$/,
];
/** Lines whose names TypeScript doesn't know: a call of `print`, a value by its name, a variable without its `const`. */
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
/** What serves for what is written; the last ones only where nothing before them is there. */
const served: readonly Served[] = [
  {
    found: /\b(?:pip3?|conda|uv|poetry)\s+(?:install|add)\b/,
    help: () => "training needs no package; those of npm come by `npm install NAME` in the notebook's folder",
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

/** One complaint and its help in place of what the compiler says of Python; undefined: it doesn't look like it. */
export function pythonComplaintIn(
  complaints: readonly Complaint[],
  code: string,
): { readonly complaint: Complaint; readonly hint: string } | undefined {
  const unparsed = complaints.some((one) => isSyntaxComplaint(one));
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
  const complaint: Complaint = {
    code: "python",
    message: "this is Python; cells are Tune or TypeScript",
    notes: [],
    line: lineIndex + 1,
    column: line.indexOf(text) + 1,
    length: Math.max(1, text.length),
  };
  return { complaint, hint: helpFor(lines, line) };
}

/** Nothing of this name, or (`print`) something else that the browser's types know. */
function isUnknownName({ code }: Complaint): boolean {
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
