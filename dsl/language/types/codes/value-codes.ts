/** Codes of values that a key or a word does not accept. */
import type { CodeTable } from "../../diagnostics/codes.js";
import { listNamesAsCode } from "../../diagnostics/lists.js";

export interface ValueCodeData {
  /** `env`: the environment variable that usually holds it. */
  "secret-in-text": { readonly key: string; readonly env?: string };
  /** `instead`: the same value in the expected form. */
  "address-with-account": { readonly key: string; readonly address: string };
  "wrong-type": {
    readonly key: string;
    readonly wanted: string;
    readonly found: string;
    readonly instead?: string;
    /** What to do about the likely intent. */
    readonly advice?: string;
  };
  "wrong-unit": {
    readonly key: string;
    readonly wanted: string;
    readonly found: string;
    readonly instead?: string;
    readonly advice?: string;
  };
  /** `share`: the parameter takes no count. */
  "share-as-decimal": {
    readonly key: string;
    readonly found: string;
    readonly instead: string;
    readonly share?: boolean;
  };
  "out-of-range": { readonly key: string; readonly found: string; readonly range: string };
  "not-whole": { readonly key: string; readonly found: string };
  "empty-range": { readonly from: string; readonly to: string };
  "foreign-literal": { readonly found: string; readonly instead: string };
  "unknown-choice": {
    readonly key: string;
    readonly found: string;
    readonly of: readonly string[];
    readonly nearest?: string;
    /** What to do instead if no name is close. */
    readonly advice?: string;
  };
  "unknown-word": {
    readonly word: string;
    readonly kind: string;
    readonly key: string;
    readonly has: readonly string[];
    readonly nearest?: string;
    readonly advice?: string;
    /** How the nearest word is written, if the written text does not fit it. */
    readonly example?: string;
  };
  "unknown-argument": {
    readonly word: string;
    readonly name: string;
    readonly has: readonly string[];
    readonly nearest?: string;
    readonly elsewhere?: string;
    readonly advice?: string;
  };
  "too-many-arguments": {
    readonly word: string;
    readonly positional: number;
    /** Names of as many parameters as there are values without a name. */
    readonly names?: readonly string[];
    /** What to use if several values were written for one. */
    readonly advice?: string;
  };
  "missing-argument": { readonly word: string; readonly names: readonly string[]; readonly example: string };
  "unknown-record-key": {
    readonly key: string;
    readonly of: string;
    readonly has: readonly string[];
    readonly nearest?: string;
    /** Key and value are swapped: the corrected order. */
    readonly turned?: string;
    /** The part that is written elsewhere in the program. */
    readonly beyond?: string;
  };
  "user-form": { readonly key: string };
  "duplicate-key": { readonly key: string };
  "space-outside-vary": { readonly word: string; readonly key: string };
  "not-built-yet": { readonly word: string; readonly meanwhile: string };
}

export const valueCodes: CodeTable<ValueCodeData> = {
  "secret-in-text": {
    severity: "error",
    message: (d) => `\`${d.key}\` is a secret, and a program must not contain secrets`,
    help: (d) =>
      `set an environment variable and name it: \`${d.key}: secret(env: ${d.env ?? `MY_${d.key.toUpperCase()}`})\``,
    hides: true,
    explain:
      "Notebooks are saved, shared and pushed with their full text. The kernel reads a token from its environment when it is used. Revoke a token that was in a file.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to huggingface("me/router", push: "hf_…")',
  },
  "address-with-account": {
    severity: "error",
    message: (d) => `the address in \`${d.key}\` contains a user name or a password`,
    help: (d) =>
      `write \`${d.address}\`, and name the environment variable with the password or token, such as \`token: secret(env: MY_TOKEN)\``,
    explain:
      "A program is saved, shared and pushed with its addresses, and runs and outputs repeat them. Sources, trackers and runners accept a password or a token as `token: secret(env: NAME)`. A source and `mlflow` also accept `user:`; a judge accepts `key: secret(env: NAME)`. The value is read from the environment when it is used. Replace a password that was in a file.",
    hides: true,
    example:
      'data tickets { source: csv("https://ann:word@data.example/tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }',
  },
  "user-form": {
    severity: "error",
    message: (d) => `\`${d.key}\` contains a \`:\` or a control character, which a user name cannot contain`,
    help: (d) =>
      `write only the user name, and name the environment variable with the password: \`${d.key}: "ann", token: secret(env: MY_PASSWORD)\``,
    explain:
      "HTTP basic authentication separates the user name from the password by a colon. A text such as `ann:word` probably contains a password, and a program must not contain one. Name the environment variable with the password. Replace a password that was in a file.",
    hides: true,
    example:
      'data tickets { source: csv("https://data.example/tickets.csv", user: "ann:word", token: secret(env: DATA_PASSWORD)), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }',
  },
  "wrong-type": {
    severity: "error",
    message: (d) => `\`${d.key}\` cannot be ${d.found}`,
    help: (d) => d.advice ?? (d.instead === undefined ? `use ${d.wanted}` : `write \`${d.instead}\``),
    explain: "Every key and parameter has a type: a number, a string, a word of a certain kind, a list or a record.",
    example: 'recipe r { epochs: "three" }',
  },
  "wrong-unit": {
    severity: "error",
    message: (d) => `\`${d.found}\` has the wrong unit for \`${d.key}\``,
    help: (d) => d.advice ?? (d.instead === undefined ? `write ${d.wanted}` : `write \`${d.instead}\``),
    explain:
      "Units directly follow the number and are checked: `%` for shares, `ms s min h d` for durations, `KB MB GB KiB MiB GiB` for sizes. Plain numbers have no unit.",
    example: "recipe r { epochs: 3min }",
  },
  "share-as-decimal": {
    severity: "error",
    message: (d) =>
      d.share
        ? `\`${d.key}\` must be a share in percent, but \`${d.found}\` has no \`%\``
        : `\`${d.key}\` must be a share or a count, but \`${d.found}\` is neither`,
    help: (d) => `write \`${d.instead}\``,
    explain: "A share is written `10%`. `0.1` is rejected because it could mean a tenth or no row at all.",
    example: "recipe r { schedule: linear(warmup: 0.1) }",
  },
  "out-of-range": {
    severity: "error",
    message: (d) => `\`${d.key}\` cannot be ${d.found}`,
    help: (d) => `use a value that is ${d.range}`,
    explain: "Each parameter has a range of valid values.",
    example: "recipe r { batch_size: 0 }",
  },
  "not-whole": {
    severity: "error",
    message: (d) => `\`${d.key}\` must be an integer, not ${d.found}`,
    help: (d) => {
      const near = [Math.floor(Number(d.found)), Math.ceil(Number(d.found))].filter(
        (n) => Number.isFinite(n) && n !== 0,
      );
      return near.length > 0 ? `write ${near.map((n) => `\`${String(n)}\``).join(" or ")}` : undefined;
    },
    explain: "Counts are whole numbers.",
    example: "recipe r { batch_size: 1.5 }",
  },
  "empty-range": {
    severity: "error",
    message: (d) => `the range from ${d.from} to ${d.to} is empty`,
    help: () => "write the smaller bound first",
    explain: "A range goes from its smallest to its largest value. Both are included.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { dropout: uniform(0.3..0) }, maximize: accuracy }',
  },
  "foreign-literal": {
    severity: "error",
    message: (d) => `\`${d.found}\` is not a value in Tune`,
    help: (d) => `write \`${d.instead}\``,
    explain: "The literals are `true`, `false`, `none` and `auto`, in lower case.",
    example: "recipe r { resume: True }",
  },
  "unknown-choice": {
    severity: "error",
    message: (d) => `\`${d.key}\` cannot be \`${d.found}\``,
    help: (d) => (d.nearest ? `write \`${d.nearest}\`` : (d.advice ?? `choose from ${listNamesAsCode(d.of)}`)),
    explain: "The key accepts only certain names.",
    example: "recipe r { keep: first }",
  },
  "unknown-word": {
    severity: "error",
    message: (d) => `there is no ${d.kind} \`${d.word}\``,
    help: (d) =>
      d.advice ??
      (d.nearest
        ? `write \`${d.nearest}\`${d.example === undefined ? "" : `, for example \`${d.example}\``}`
        : d.has.length > 0
          ? `${d.has.length === 1 ? "use" : "choose from"} ${listNamesAsCode(d.has)}`
          : undefined),
    explain: "Each kind of word (source, cleaner, split, task, technique, optimizer, …) has its own list of names.",
    example: "recipe r { optimizer: adamx }",
  },
  "unknown-argument": {
    severity: "error",
    message: (d) => `\`${d.word}\` has no parameter \`${d.name}\``,
    help: (d) =>
      d.advice ??
      (d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `choose from ${listNamesAsCode(d.has)}`
          : `write only \`${d.word}\`: it has no parameters`),
    notes: (d) => (d.elsewhere ? [`other tools call it \`${d.name}\``] : []),
    explain: "A word accepts only its declared parameters. Unknown parameters are never ignored.",
    example: "recipe r { optimizer: adamw(lr: 1e-3) }",
  },
  "too-many-arguments": {
    severity: "error",
    message: (d) =>
      d.positional === 0
        ? `the parameters of \`${d.word}\` must be named`
        : `\`${d.word}\` accepts only ${String(d.positional)} value${d.positional === 1 ? "" : "s"} without a name`,
    help: (d) => d.advice ?? (d.names ? `write \`${d.names.map((name) => `${name}: …`).join(", ")}\`` : undefined),
    explain: "Arguments without a name are allowed only where the word declares them.",
    example: "recipe r { optimizer: adamw(1e-3) }",
  },
  "missing-argument": {
    severity: "error",
    message: (d) => `\`${d.word}\` requires ${d.names.map((n) => `\`${n}\``).join(" and ")}`,
    help: (d) => `write for example \`${d.example}\``,
    explain: "A required parameter is missing. The word has no meaning without it.",
    example: "data d { source: csv(), columns: { text: a } }",
  },
  "unknown-record-key": {
    severity: "error",
    message: (d) => `\`${d.of}\` has no key \`${d.key}\``,
    help: (d) =>
      d.turned !== undefined
        ? `write the role before its column: \`${d.turned}\`, if \`${d.key}\` is a column`
        : d.nearest
          ? `write \`${d.nearest}\``
          : `choose from ${listNamesAsCode(d.has)}${d.beyond === undefined ? "" : `; ${d.beyond}`}`,
    explain: "The record accepts only certain keys.",
    example: 'data d { source: csv("a.csv"), columns: { texts: body } }',
  },
  "duplicate-key": {
    severity: "error",
    message: (d) => `\`${d.key}\` is given twice`,
    help: () => "remove one",
    explain:
      "A key can appear once in a block, and a parameter once in a call. Tunebook does not guess which of two applies.",
    example: "recipe r { epochs: 3, epochs: 4 }",
  },
  "space-outside-vary": {
    severity: "error",
    message: (d) => `\`${d.word}(…)\` is a search space, but \`${d.key}\` requires a single value here`,
    help: () => "write search spaces only in the `vary` of a `sweep`",
    explain:
      "`choice`, `log` and `uniform` define the values that a sweep tries for a setting. Everywhere else, a setting has one value.",
    example: "recipe r { batch_size: choice(16, 32) }",
  },
  "not-built-yet": {
    severity: "error",
    message: (d) => `\`${d.word}\` is part of the language but is not supported yet`,
    help: (d) => `use this for now: ${d.meanwhile}`,
    explain:
      "The word is part of Tune's design, but this version does not support it yet. The help shows an alternative.",
    example: "ensemble router, wide as both",
  },
};
