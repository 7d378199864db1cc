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
    message: (d) => `\`${d.key}\` is a secret, and a secret never stands in a program`,
    help: (d) =>
      `put it into the environment and name it: \`${d.key}: secret(env: ${d.env ?? `MY_${d.key.toUpperCase()}`})\``,
    hides: true,
    explain:
      "Notebooks are saved, shared and pushed with all that stands in them. A token is read from the environment of the kernel when it is used. One that stood in a file is to be revoked.",
    example:
      'data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }\nmodel router { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain router on tickets\ndeploy router to huggingface("me/router", push: "hf_…")',
  },
  "address-with-account": {
    severity: "error",
    message: (d) => `the address in \`${d.key}\` holds a user name or a password`,
    help: (d) =>
      `write \`${d.address}\`, and name the environment variable that holds the password or token, such as \`token: secret(env: MY_TOKEN)\``,
    explain:
      "A program is saved, shared and pushed with its addresses, and runs and outputs repeat them. Sources, trackers and runners take a password or a token as `token: secret(env: NAME)` (a source and `mlflow` also take `user:`), a judge as `key: secret(env: NAME)`. The value is read from the environment when it is used. Replace a password that stood in a file.",
    hides: true,
    example:
      'data tickets { source: csv("https://ann:word@data.example/tickets.csv"), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }',
  },
  "user-form": {
    severity: "error",
    message: (d) => `\`${d.key}\` has a \`:\` or a control character, which no user name has`,
    help: (d) =>
      `write the user name alone, and name the environment variable that holds the password: \`${d.key}: "ann", token: secret(env: MY_PASSWORD)\``,
    explain:
      "HTTP's basic login separates the user name from the password by a colon. A text such as `ann:word` probably holds a password, and a program holds no password. Name the environment variable that holds it. Replace a password that was in a file.",
    hides: true,
    example:
      'data tickets { source: csv("https://data.example/tickets.csv", user: "ann:word", token: secret(env: DATA_PASSWORD)), columns: { text: body, label: team }, split: random(train: 80%, test: 20%) }',
  },
  "wrong-type": {
    severity: "error",
    message: (d) => `\`${d.key}\` can't take ${d.found}`,
    help: (d) => d.advice ?? (d.instead === undefined ? `it takes ${d.wanted}` : `write \`${d.instead}\``),
    explain:
      "Every key and parameter says what it takes: a number, a string, a word of a certain kind, a list, a record.",
    example: 'recipe r { epochs: "three" }',
  },
  "wrong-unit": {
    severity: "error",
    message: (d) => `\`${d.found}\` has not the unit of \`${d.key}\``,
    help: (d) => d.advice ?? (d.instead === undefined ? `write ${d.wanted}` : `write \`${d.instead}\``),
    explain:
      "Units touch the number and are checked: `%` for shares, `ms s min h d` for durations, `KB MB GB KiB MiB GiB` for sizes. Plain numbers take none.",
    example: "recipe r { epochs: 3min }",
  },
  "share-as-decimal": {
    severity: "error",
    message: (d) =>
      d.share
        ? `\`${d.key}\` takes a share in percent, and \`${d.found}\` has none`
        : `\`${d.key}\` takes a share or a count, and \`${d.found}\` is neither`,
    help: (d) => `write \`${d.instead}\``,
    explain: "A share is written `10%`. `0.1` could be read as a tenth or as no row at all, so it is refused.",
    example: "recipe r { schedule: linear(warmup: 0.1) }",
  },
  "out-of-range": {
    severity: "error",
    message: (d) => `\`${d.key}\` can't be ${d.found}`,
    help: (d) => `it must be ${d.range}`,
    explain: "Each parameter has a range in which it makes sense.",
    example: "recipe r { batch_size: 0 }",
  },
  "not-whole": {
    severity: "error",
    message: (d) => `\`${d.key}\` takes whole numbers, not ${d.found}`,
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
    explain: "A range goes from its least to its greatest value, both included.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { dropout: uniform(0.3..0) }, maximize: accuracy }',
  },
  "foreign-literal": {
    severity: "error",
    message: (d) => `\`${d.found}\` is no value in Tune`,
    help: (d) => `write \`${d.instead}\``,
    explain: "The literals are `true`, `false`, `none` and `auto`, in small letters.",
    example: "recipe r { resume: True }",
  },
  "unknown-choice": {
    severity: "error",
    message: (d) => `\`${d.key}\` can't be \`${d.found}\``,
    help: (d) => (d.nearest ? `write \`${d.nearest}\`` : (d.advice ?? `it can be ${listNamesAsCode(d.of)}`)),
    explain: "The key takes one of a few names.",
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
          ? `there ${d.has.length === 1 ? "is" : "are"} ${listNamesAsCode(d.has)}`
          : undefined),
    explain:
      "Words come from the vocabulary: each kind (source, cleaner, split, task, technique, optimizer, …) has its own.",
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
          ? `it has ${listNamesAsCode(d.has)}`
          : `write \`${d.word}\` alone: it takes none`),
    notes: (d) => (d.elsewhere ? [`other tools call it \`${d.name}\``] : []),
    explain: "A word takes only the parameters that its record declares; nothing is silently ignored.",
    example: "recipe r { optimizer: adamw(lr: 1e-3) }",
  },
  "too-many-arguments": {
    severity: "error",
    message: (d) =>
      d.positional === 0
        ? `the parameters of \`${d.word}\` are named`
        : `\`${d.word}\` takes ${String(d.positional)} value${d.positional === 1 ? "" : "s"} without a name`,
    help: (d) => d.advice ?? (d.names ? `write \`${d.names.map((name) => `${name}: …`).join(", ")}\`` : undefined),
    explain: "Arguments without a name are allowed only where the word's record declares them.",
    example: "recipe r { optimizer: adamw(1e-3) }",
  },
  "missing-argument": {
    severity: "error",
    message: (d) => `\`${d.word}\` needs ${d.names.map((n) => `\`${n}\``).join(" and ")}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "A parameter without which the word means nothing was left out.",
    example: "data d { source: csv(), columns: { text: a } }",
  },
  "unknown-record-key": {
    severity: "error",
    message: (d) => `\`${d.of}\` knows no \`${d.key}\``,
    help: (d) =>
      d.turned !== undefined
        ? `the role comes before its column: write \`${d.turned}\` if \`${d.key}\` is a column`
        : d.nearest
          ? `write \`${d.nearest}\``
          : `it knows ${listNamesAsCode(d.has)}${d.beyond === undefined ? "" : `; ${d.beyond}`}`,
    explain: "The record takes only certain keys.",
    example: 'data d { source: csv("a.csv"), columns: { texts: body } }',
  },
  "duplicate-key": {
    severity: "error",
    message: (d) => `\`${d.key}\` is given twice`,
    help: () => "remove one",
    explain: "A key stands once in a block, a parameter once in a call: which of two would count is not guessed.",
    example: "recipe r { epochs: 3, epochs: 4 }",
  },
  "space-outside-vary": {
    severity: "error",
    message: (d) => `\`${d.word}(…)\` is a space, and \`${d.key}\` takes a value here`,
    help: () => "spaces stand in the `vary` of a `sweep`",
    explain: "`choice`, `log` and `uniform` say over what a sweep varies a setting; elsewhere a setting has one value.",
    example: "recipe r { batch_size: choice(16, 32) }",
  },
  "not-built-yet": {
    severity: "error",
    message: (d) => `\`${d.word}\` is part of the language but not built yet`,
    help: (d) => `meanwhile: ${d.meanwhile}`,
    explain:
      "The word belongs to Tune's design, and this version can't do it yet. The help says what serves meanwhile.",
    example: "ensemble router, wide as both",
  },
};
