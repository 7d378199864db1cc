/** Codes of syntax errors. */
import { codeEntryOf, type CodeTable } from "../diagnostics/codes.js";

export interface SyntaxCodeData {
  /** `names`: the text between the brackets. */
  "bracketed-names": { readonly names: string };
  unexpected: { readonly found: string; readonly expected: string; readonly advice?: string };
  "unclosed-bracket": { readonly open: string; readonly close: string };
  "stray-bracket": { readonly bracket: string };
  /** `opener`: set if the opening bracket is the wrong one; the right opener. */
  "mismatched-bracket": { readonly open: string; readonly close: string; readonly opener?: string };
  "missing-colon": { readonly key: string };
  "missing-comma": { readonly before: string };
  "no-value": { readonly key: string; readonly instead?: string };
  /** `instead`: the complete statement to write. */
  "equals-for-colon": { readonly instead?: string };
  "braces-for-parentheses": { readonly word: string };
  "brace-on-next-line": object;
  "wrong-quotes": object;
  "unclosed-string": object;
  "unknown-escape": { readonly escape: string };
  "hash-comment": object;
  semicolon: object;
  "kebab-name": { readonly name: string; readonly instead: string };
  "thousands-comma": { readonly number: string };
  "bare-decimal": { readonly number: string };
  "separated-unit": { readonly number: string };
  "minus-sign": object;
  "unknown-character": { readonly character: string };
  "block-without-braces": { readonly head: string };
  "dash-list": { readonly list: string };
  "string-prefix": { readonly prefix: string };
  "too-much": { readonly what: TextLimit; readonly most: number };
}

/** Limits of a text that can be exceeded. */
export type TextLimit = "characters" | "brackets in brackets" | "statements" | "mistakes";
const LESS: Readonly<Record<TextLimit, string>> = {
  characters: 'keep data in files, and put parts of a long program into files of their own: `use "part.tune"`',
  "brackets in brackets": "write it flatter: no value of Tune needs so many",
  statements: 'put parts of it into files of their own: `use "part.tune"`',
  mistakes: "mend the first ones: the others may go with them",
};
const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export const syntaxCodes: CodeTable<SyntaxCodeData> = {
  unexpected: {
    severity: "error",
    message: (d) => `${d.found} can't stand here`,
    help: (d) => d.advice ?? `${d.expected} is expected`,
    explain:
      "The text can't be read at this place. A program is a list of statements: a verb, names, connectors, and an optional block of `key: value` lines. Parentheses choose a word and its parameters; braces fill a record.",
    example: "recipe r { epochs: : }",
  },
  "bracketed-names": {
    severity: "error",
    message: () => "names and texts of a statement stand in no brackets",
    help: (d) =>
      d.names.includes(",") && d.names.length < 60
        ? `write them one after the other: \`${d.names}\``
        : "leave the brackets out",
    explain:
      'After a verb or a connector come names or texts with commas between them: `predict router on "one", "two"`. A list in brackets is a value of a key.',
    example: 'model m { base: "all-MiniLM-L6-v2", task: text_classification }\nshow [m]',
  },
  "unclosed-bracket": {
    severity: "error",
    message: (d) => `\`${d.open}\` is never closed`,
    help: (d) => `add \`${d.close}\``,
    explain:
      "Every `(`, `[` and `{` needs its closer. A new line ends an open `(` or `[` unless it stands after an opener or a comma; a line that begins a statement ends every open block.",
    example: "recipe r { optimizer: adamw(learning_rate: 1e-3 }",
  },
  "stray-bracket": {
    severity: "error",
    message: (d) => `\`${d.bracket}\` closes nothing`,
    help: () => "remove it",
    explain: "A closing bracket stands where none of its kind is open.",
    example: "recipe r { epochs: 3) }",
  },
  "mismatched-bracket": {
    severity: "error",
    message: (d) => `\`${d.close}\` can't close \`${d.open}\``,
    help: (d) =>
      d.opener !== undefined
        ? `write \`${d.opener}\` in its place`
        : `write \`${CLOSERS[d.open] ?? ""}\`, or another opener`,
    explain: "Brackets close as they open: `{ }` around a record, `( )` around parameters, `[ ]` around a list.",
    example: "recipe r { optimizer: adamw(learning_rate: 1e-3] }",
  },
  "missing-colon": {
    severity: "error",
    message: (d) => `the colon after \`${d.key}\` is missing`,
    help: (d) => `write \`${d.key}: …\``,
    explain: "A block and an argument list hold `key: value`; also a record takes the colon: `columns: { … }`.",
    example: "recipe r { epochs 3 }",
  },
  "missing-comma": {
    severity: "error",
    message: (d) => `a comma before \`${d.before}\` is missing`,
    help: () => "put a comma between them",
    explain: "Entries of `{ }` end at a new line or a comma; in `( )` and `[ ]` only commas separate.",
    example: "recipe r { epochs: 3 batch_size: 16 }",
  },
  "no-value": {
    severity: "error",
    message: (d) => `\`${d.key}\` has no value`,
    // A key in `allow: { … }` is a code, and its value the reason.
    help: (d) => `write \`${d.instead ?? `${d.key}: ${codeEntryOf(d.key) ? '"why"' : "…"}`}\``,
    explain: "Every key needs a colon and a value. Leave the whole line out to have the default.",
    example: "recipe r { epochs: }",
  },
  "equals-for-colon": {
    severity: "error",
    message: () => "`=` sets nothing in Tune",
    help: (d) => `write \`${d.instead ?? ":"}\``,
    explain:
      'Keys and arguments take a colon: `epochs: 3`, `lora(rank: 8)`. A definition has its keys in braces: `data reviews { source: csv("reviews.csv") }`.',
    example: "recipe r { epochs = 3 }",
  },
  "braces-for-parentheses": {
    severity: "error",
    message: (d) => `\`${d.word}\` takes its parameters in parentheses`,
    help: (d) => `write \`${d.word}(…)\``,
    explain: "Parentheses choose a word and its parameters; braces fill a record.",
    example: "recipe r { optimizer: adamw { weight_decay: 0.1 } }",
  },
  "brace-on-next-line": {
    severity: "error",
    message: () => "a block's `{` stands on the line of its header",
    help: () => "put `{` at the end of the line above",
    explain: "A new line ends a statement, so a `{` on the next line would begin something of its own.",
    example: "recipe r\n{ epochs: 3 }",
  },
  "wrong-quotes": {
    severity: "error",
    message: () => "strings take straight double quotes",
    help: () => 'write `"…"`',
    explain:
      'Strings are written `"like this"`, long ones between `"""`. Single and curly quotes are not string marks in Tune.',
    example: "use 'common.tune'",
  },
  "unclosed-string": {
    severity: "error",
    message: () => "a string ends on the line where it begins",
    help: () => 'add `"`, or use `"""` for a text of several lines',
    explain: 'A string is closed by `"` on the same line; `"""` opens a text of several lines.',
    example: 'use "common.tune',
  },
  "unknown-escape": {
    severity: "error",
    message: (d) => `\`${d.escape}\` is no escape`,
    help: () => "double the backslash, or write `/` in a path",
    explain:
      'In a string a backslash begins an escape: `\\n`, `\\t`, `\\"`, `\\\\`, `\\u{1F600}`. A Windows path is written `"C:\\\\data"` or `"C:/data"`.',
    example: 'use "C:\\data/common.tune"',
  },
  "hash-comment": {
    severity: "error",
    message: () => "`#` opens no comment",
    help: () => "write `//`",
    explain: "Comments are `// to the end of the line` and `/* between marks */`.",
    example: "recipe r { epochs: 3 } # short",
  },
  semicolon: {
    severity: "error",
    message: () => "statements and entries take no semicolon",
    help: () => "remove it, or write a comma between entries of one line",
    explain: "Entries end at a new line or a comma, statements at a new line.",
    example: "recipe r { epochs: 3; batch_size: 16 }",
  },
  "kebab-name": {
    severity: "error",
    message: (d) => (d.instead.startsWith('"') ? `\`${d.name}\` has no quotes` : `\`${d.name}\` is no name`),
    help: (d) => `write \`${d.instead}\``,
    explain:
      "Names take letters, digits and `_`. A minus would have to mean subtraction, and Tune has no arithmetic. Texts such as " +
      "the name of a base model stand in quotes.",
    example: "recipe r { batch-size: 16 }",
  },
  "thousands-comma": {
    severity: "error",
    message: () => "a comma separates values, not thousands",
    help: (d) => `write \`${d.number}\` or with \`_\` between the digits`,
    explain: "`1,000` would be two values. Write `1000` or `1_000`.",
    example: "recipe r { steps: 1,000 }",
  },
  "bare-decimal": {
    severity: "error",
    message: () => "a number begins with a digit",
    help: (d) => `write \`${d.number}\``,
    explain: "`.5` is written `0.5`: a dot alone joins names.",
    example: "recipe r { clip: .5 }",
  },
  "separated-unit": {
    severity: "error",
    message: () => "a unit touches its number",
    help: (d) => `write \`${d.number}\``,
    explain: "`10min`, `512MB`, `80%`: without a blank, so that a list of numbers and names stays readable.",
    example: 'data d { source: csv("a.csv"), columns: { text: t }, split: random(train: 80 %, test: 20%) }',
  },
  "minus-sign": {
    severity: "error",
    message: () => "this is a typographic minus or dash",
    help: () => "write `-`",
    explain:
      "A minus pasted from a text is often the character U+2212 or a dash. Numbers take the hyphen of the keyboard.",
    example: "parameters { bias: \u22121 }",
  },
  "unknown-character": {
    severity: "error",
    message: (d) =>
      d.character.includes("`")
        ? `"${d.character}" has no meaning in Tune`
        : `\`${d.character}\` has no meaning in Tune`,
    help: (d) =>
      d.character === "~"
        ? "write `none`"
        : d.character.startsWith("```")
          ? "remove the line: it belongs to Markdown"
          : /^[-+*/!&|^%]+$/.test(d.character)
            ? "Tune computes nothing: write the result, or compute it in TypeScript and write `$name`"
            : "remove it",
    explain: "Outside strings and comments there are names, numbers, brackets, `:`, `,`, `.`, `..` and `$`.",
    example: "recipe r { epochs: 3 ? }",
  },
  "block-without-braces": {
    severity: "error",
    message: () => "a record stands in braces, not in lines that are set in",
    help: (d) => `write \`${d.head}\`, and \`}\` after the last line`,
    explain: "Indentation means nothing in Tune: a record stands between `{` and `}`, also over several lines.",
    example: "recipe r:\n  epochs: 3\n  batch_size: 16",
  },
  "dash-list": {
    severity: "error",
    message: () => "a list stands in `[ ]`, without dashes",
    help: (d) => `write \`${d.list}\``,
    explain: "A list is written `[a, b]`, also over several lines: a new line may follow each comma.",
    example: 'data d {\n  source: csv("a.csv")\n  columns: { text: t }\n  clean:\n    - unicode\n    - drop_empty\n}',
  },
  "string-prefix": {
    severity: "error",
    message: (d) => `\`${d.prefix}\` before a string means nothing`,
    help: () => "remove it; a value from outside is written `$name`",
    explain: "Strings have no prefixes: nothing is put into them, and a backslash is always an escape.",
    example: 'use f"common.tune"',
  },
  "too-much": {
    severity: "error",
    message: (d) => `there are more than ${d.most.toLocaleString("en-US")} ${d.what}: what follows is not read`,
    help: (d) => LESS[d.what],
    explain:
      "A program is read up to 250,000 characters, 2,000 statements, 100 brackets in brackets, 200 mistakes of syntax and 5,000 of any kind, far more than people write. Beyond them stands what was pasted by mistake. Files that are used have their own count.",
  },
};
