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
  mistakes: "fix the first ones: the others may disappear with them",
};
const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export const syntaxCodes: CodeTable<SyntaxCodeData> = {
  unexpected: {
    severity: "error",
    message: (d) => `unexpected ${d.found}`,
    help: (d) => d.advice ?? `${d.expected} is expected`,
    explain:
      "The parser cannot read this place. A program is a list of statements: a verb, names, connectors, and an optional block of `key: value` lines. Parentheses hold a word's parameters; braces hold a record.",
    example: "recipe r { epochs: : }",
  },
  "bracketed-names": {
    severity: "error",
    message: () => "names and texts of a statement must not be in brackets",
    help: (d) =>
      d.names.includes(",") && d.names.length < 60
        ? `write them separated by commas: \`${d.names}\``
        : "remove the brackets",
    explain:
      'Names or texts after a verb or connector are separated by commas: `predict router on "one", "two"`. A list in brackets is the value of a key.',
    example: 'model m { base: "all-MiniLM-L6-v2", task: text_classification }\nshow [m]',
  },
  "unclosed-bracket": {
    severity: "error",
    message: (d) => `\`${d.open}\` is never closed`,
    help: (d) => `add \`${d.close}\``,
    explain:
      "Every `(`, `[` and `{` must be closed. A new line ends an open `(` or `[` unless it follows an opening bracket or a comma. A line that starts a statement ends every open block.",
    example: "recipe r { optimizer: adamw(learning_rate: 1e-3 }",
  },
  "stray-bracket": {
    severity: "error",
    message: (d) => `\`${d.bracket}\` closes no open bracket`,
    help: () => "remove it",
    explain: "There is a closing bracket, but no bracket of its kind is open.",
    example: "recipe r { epochs: 3) }",
  },
  "mismatched-bracket": {
    severity: "error",
    message: (d) => `\`${d.close}\` does not close \`${d.open}\``,
    help: (d) =>
      d.opener !== undefined
        ? `write \`${d.opener}\` instead`
        : `write \`${CLOSERS[d.open] ?? ""}\`, or change the opening bracket`,
    explain: "Brackets come in pairs: `{ }` for a record, `( )` for parameters, `[ ]` for a list.",
    example: "recipe r { optimizer: adamw(learning_rate: 1e-3] }",
  },
  "missing-colon": {
    severity: "error",
    message: (d) => `the colon after \`${d.key}\` is missing`,
    help: (d) => `write \`${d.key}: …\``,
    explain: "Blocks and argument lists contain `key: value`; a record needs the colon too: `columns: { … }`.",
    example: "recipe r { epochs 3 }",
  },
  "missing-comma": {
    severity: "error",
    message: (d) => `a comma is missing before \`${d.before}\``,
    help: () => "put a comma between them",
    explain: "Entries of `{ }` end at a new line or a comma; `( )` and `[ ]` need commas.",
    example: "recipe r { epochs: 3 batch_size: 16 }",
  },
  "no-value": {
    severity: "error",
    message: (d) => `\`${d.key}\` has no value`,
    // A key in `allow: { … }` is a code, and its value the reason.
    help: (d) => `write \`${d.instead ?? `${d.key}: ${codeEntryOf(d.key) ? '"why"' : "…"}`}\``,
    explain: "Every key needs a colon and a value. Remove the line to use the default.",
    example: "recipe r { epochs: }",
  },
  "equals-for-colon": {
    severity: "error",
    message: () => "Tune does not use `=`",
    help: (d) => `write \`${d.instead ?? ":"}\``,
    explain:
      'Keys and arguments have a colon: `epochs: 3`, `lora(rank: 8)`. A definition has its keys in braces: `data reviews { source: csv("reviews.csv") }`.',
    example: "recipe r { epochs = 3 }",
  },
  "braces-for-parentheses": {
    severity: "error",
    message: (d) => `parameters of \`${d.word}\` must be in parentheses`,
    help: (d) => `write \`${d.word}(…)\``,
    explain: "Parentheses hold a word's parameters; braces hold a record.",
    example: "recipe r { optimizer: adamw { weight_decay: 0.1 } }",
  },
  "brace-on-next-line": {
    severity: "error",
    message: () => "`{` must be on the line where the statement starts",
    help: () => "put `{` at the end of the line above",
    explain: "A new line ends a statement, so a `{` on the next line would start something new.",
    example: "recipe r\n{ epochs: 3 }",
  },
  "wrong-quotes": {
    severity: "error",
    message: () => "strings need straight double quotes",
    help: () => 'write `"…"`',
    explain: 'Strings are written `"like this"`, long ones between `"""`. Tune does not accept single or curly quotes.',
    example: "use 'common.tune'",
  },
  "unclosed-string": {
    severity: "error",
    message: () => "a string must end on the line where it starts",
    help: () => 'add `"`, or use `"""` for a text of several lines',
    explain: 'Close a string with `"` on the same line. `"""` starts a text of several lines.',
    example: 'use "common.tune',
  },
  "unknown-escape": {
    severity: "error",
    message: (d) => `\`${d.escape}\` is not an escape`,
    help: () => "double the backslash, or write `/` in a path",
    explain:
      'In a string a backslash starts an escape: `\\n`, `\\t`, `\\"`, `\\\\`, `\\u{1F600}`. Write a Windows path as `"C:\\\\data"` or `"C:/data"`.',
    example: 'use "C:\\data/common.tune"',
  },
  "hash-comment": {
    severity: "error",
    message: () => "`#` does not start a comment",
    help: () => "write `//`",
    explain: "Comments are `// to the end of the line` and `/* between marks */`.",
    example: "recipe r { epochs: 3 } # short",
  },
  semicolon: {
    severity: "error",
    message: () => "Tune does not use semicolons",
    help: () => "remove it, or write a comma between entries of one line",
    explain: "Entries end at a new line or a comma, statements at a new line.",
    example: "recipe r { epochs: 3; batch_size: 16 }",
  },
  "kebab-name": {
    severity: "error",
    message: (d) => (d.instead.startsWith('"') ? `\`${d.name}\` has no quotes` : `\`${d.name}\` is not a valid name`),
    help: (d) => `write \`${d.instead}\``,
    explain:
      "Names consist of letters, digits and `_`. A minus would mean subtraction, but Tune has no arithmetic. Write texts such as " +
      "the name of a base model in quotes.",
    example: "recipe r { batch-size: 16 }",
  },
  "thousands-comma": {
    severity: "error",
    message: () => "a comma separates values, not thousands",
    help: (d) => `write \`${d.number}\` or put \`_\` between the digits`,
    explain: "`1,000` would be two values. Write `1000` or `1_000`.",
    example: "recipe r { steps: 1,000 }",
  },
  "bare-decimal": {
    severity: "error",
    message: () => "a number must start with a digit",
    help: (d) => `write \`${d.number}\``,
    explain: "Write `0.5` instead of `.5`: a dot alone joins names.",
    example: "recipe r { clip: .5 }",
  },
  "separated-unit": {
    severity: "error",
    message: () => "there must be no space between a number and its unit",
    help: (d) => `write \`${d.number}\``,
    explain: "Write `10min`, `512MB`, `80%` without a space, so that lists of numbers and names stay readable.",
    example: 'data d { source: csv("a.csv"), columns: { text: t }, split: random(train: 80 %, test: 20%) }',
  },
  "minus-sign": {
    severity: "error",
    message: () => "this is a typographic minus or dash",
    help: () => "write `-`",
    explain:
      "A minus that was pasted from a text is often the character U+2212 or a dash. Numbers need the hyphen of the keyboard.",
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
            ? "write the result, or compute it in TypeScript and write `$name`: Tune has no arithmetic"
            : "remove it",
    explain: "Outside strings and comments, Tune has names, numbers, brackets, `:`, `,`, `.`, `..` and `$`.",
    example: "recipe r { epochs: 3 ? }",
  },
  "block-without-braces": {
    severity: "error",
    message: () => "a record needs braces; indentation is not enough",
    help: (d) => `write \`${d.head}\`, and \`}\` after the last line`,
    explain: "Indentation has no meaning in Tune. A record is written between `{` and `}`, on one line or several.",
    example: "recipe r:\n  epochs: 3\n  batch_size: 16",
  },
  "dash-list": {
    severity: "error",
    message: () => "a list needs `[ ]`, not dashes",
    help: (d) => `write \`${d.list}\``,
    explain: "Write a list as `[a, b]`. A new line may follow each comma.",
    example: 'data d {\n  source: csv("a.csv")\n  columns: { text: t }\n  clean:\n    - unicode\n    - drop_empty\n}',
  },
  "string-prefix": {
    severity: "error",
    message: (d) => `\`${d.prefix}\` before a string has no meaning`,
    help: () => "remove it; write a TypeScript value as `$name`",
    explain: "Strings have no prefixes: values are not interpolated, and a backslash is always an escape.",
    example: 'use f"common.tune"',
  },
  "too-much": {
    severity: "error",
    message: (d) => `there are more than ${d.most.toLocaleString("en-US")} ${d.what}; the rest is not read`,
    help: (d) => LESS[d.what],
    explain:
      "A program may have up to 250,000 characters, 2,000 statements, 100 nested brackets, 200 syntax errors and 5,000 errors in all, far more than people write. Longer texts were pasted by mistake. Each used file has its own limits.",
  },
};
