/** Codes of verbs, names, connectors and keys. */
import type { CodeTable } from "../../../language/diagnostics/codes.js";
import { listNamesAsCode } from "../../../language/diagnostics/lists.js";

export interface NameCodeData {
  /** `advice`: what to do about the likely intent. */
  "unknown-verb": {
    readonly word: string;
    readonly nearest?: string;
    readonly advice?: string;
    /** The key of the verb's block that does what was written. */
    readonly key?: string;
  };
  "typescript-here": { readonly word: string };
  "unknown-key": {
    readonly key: string;
    readonly verb: string;
    readonly nearest?: string;
    readonly belongs?: string;
    readonly elsewhere?: boolean;
    /** What to use instead of a name from other tools. */
    readonly advice?: string;
    readonly has?: readonly string[];
  };
  "missing-key": { readonly verb: string; readonly keys: readonly string[]; readonly example: string };
  "unknown-connector": {
    readonly connector: string;
    readonly verb: string;
    readonly has: readonly string[];
    readonly nearest?: string;
  };
  "duplicate-connector": { readonly connector: string };
  "missing-connector": {
    readonly verb: string;
    readonly connector: string;
    readonly takes: string;
    readonly example: string;
  };
  "missing-operand": { readonly verb: string; readonly wanted: string; readonly example: string };
  "too-many-operands": { readonly after: string; readonly found: number };
  "wrong-operand": { readonly after: string; readonly wanted: string; readonly found: string };
  "unknown-name": {
    readonly name: string;
    readonly wanted: string;
    readonly has: readonly string[];
    readonly nearest?: string;
    /** A later statement of the same text defines it. */
    readonly below?: true;
    /** Title of the rejected text that would have defined it. */
    readonly refused?: string;
    /** A run of that name, in the form that `load` takes. */
    readonly kept?: string;
    /** The program uses a sweep's best trial, as in `s.best`. */
    readonly swept?: true;
    /** Example of how such a name is defined. */
    readonly example?: string;
  };
  "wrong-kind-of-name": { readonly name: string; readonly is: string; readonly wanted: string };
  "name-taken": { readonly name: string };
  "defined-twice": { readonly name: string };
  "named-twice": { readonly name: string; readonly after: string };
  "unknown-reference": { readonly name: string; readonly has: readonly string[]; readonly nearest?: string };
  /** `instead`: how the part is written if its parent is not set yet. */
  "path-into-nothing": { readonly path: string; readonly root: string; readonly instead?: string };
  "epochs-and-steps": object;
  "action-in-used-file": { readonly verb: string; readonly file: string };
  "error-in-used-file": { readonly file: string; readonly message: string };
  "use-in-circle": { readonly file: string };
  "one-of": { readonly word: string; readonly of: readonly string[] };
  "unknown-topic": {
    readonly name: string;
    readonly topic: string;
    readonly has: readonly string[];
    readonly nearest?: string;
  };
  "unknown-parameter": { readonly name: string; readonly has: readonly string[]; readonly nearest?: string };
  "statement-takes-no-block": { readonly verb: string };
}
const one = (name: string): string => (name === "data" ? name : `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`);

export const nameCodes: CodeTable<NameCodeData> = {
  "unknown-verb": {
    severity: "error",
    message: (d) => `\`${d.word}\` does not start a statement`,
    help: (d) =>
      d.advice ??
      (d.nearest
        ? `write \`${d.nearest}\`${d.key === undefined ? "" : `, and \`${d.key}\` in its block`}`
        : "start with a verb: `data`, `model`, `recipe`, `train`, `evaluate`, `predict`, `sweep`, `show`, …"),
    explain: "A Tune program is a list of statements. Each starts with a verb.",
    example: "recipe quick { epochs: 3 }\ntrian router on tickets",
  },
  "typescript-here": {
    severity: "error",
    message: (d) => `\`${d.word}\` is TypeScript, but this cell is Tune`,
    help: () => "move it to its own cell",
    explain:
      "A cell is either Tune or TypeScript. Values are shared: a TypeScript name `x` is `$x` in Tune, and Tune's names are TypeScript values.",
    example: "recipe quick { epochs: 3 }\nconst rate = 1",
  },
  "unknown-key": {
    severity: "error",
    message: (d) => `\`${d.verb}\` has no key \`${d.key}\``,
    help: (d) =>
      d.advice ??
      (d.belongs
        ? `it belongs to ${d.belongs}`
        : d.nearest
          ? `write \`${d.nearest}\``
          : d.has && d.has.length > 0
            ? `it has ${listNamesAsCode(d.has)}`
            : undefined),
    notes: (d) => (d.elsewhere && d.nearest ? [`other tools call \`${d.nearest}\` \`${d.key}\``] : []),
    explain:
      "Nothing is silently ignored. An unknown or misplaced key is an error that names the nearest key or the block it belongs to.",
    example: "recipe r { epoch: 3 }",
  },
  "missing-key": {
    severity: "error",
    message: (d) => `\`${d.verb}\` needs ${d.keys.map((k) => `\`${k}\``).join(" and ")}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "A definition is missing a key that has no default.",
    example: "model m { technique: full }",
  },
  "unknown-connector": {
    severity: "error",
    message: (d) => `\`${d.verb}\` does not accept \`${d.connector}\``,
    help: (d) =>
      d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `use ${listNamesAsCode(d.has)}`
          : `only a block may follow its names`,
    explain:
      "Connectors with their names follow the verb and its names: `train router on tickets with quick as first`.",
    example: "recipe quick from slow",
  },
  "duplicate-connector": {
    severity: "error",
    message: (d) => `\`${d.connector}\` is written twice`,
    help: () => "remove one; separate several names by commas",
    explain: "Each connector may occur once in a statement.",
    example: "recipe a { epochs: 1 }\nrecipe b like a like a",
  },
  "missing-connector": {
    severity: "error",
    message: (d) => `\`${d.verb}\` needs \`${d.connector}\` with ${d.takes === "data" ? "data" : one(d.takes)}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "The statement is missing a required part.",
    example: 'model m { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain m',
  },
  "missing-operand": {
    severity: "error",
    message: (d) => `\`${d.verb}\` needs ${d.wanted}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "A verb or connector is missing the name it works on.",
    example: "recipe { epochs: 3 }",
  },
  "too-many-operands": {
    severity: "error",
    message: (d) => `\`${d.after}\` accepts one name, but ${String(d.found)} are given`,
    help: () => "write one statement per name",
    explain: "Only some verbs accept several names.",
    example: "recipe a, b { epochs: 3 }",
  },
  "wrong-operand": {
    severity: "error",
    message: (d) => `\`${d.after}\` does not accept ${d.found}`,
    help: (d) => `it accepts ${d.wanted}`,
    explain: "The name after a verb or connector is of the wrong kind.",
    example: 'recipe "quick" { epochs: 3 }',
  },
  "unknown-name": {
    severity: "error",
    message: (d) =>
      d.below
        ? `\`${d.name}\` is used before its definition`
        : d.refused !== undefined
          ? `\`${d.name}\` is not defined yet: ${d.refused} should define it but has an error`
          : `there is no ${d.wanted} \`${d.name}\``,
    help: (d) =>
      d.refused !== undefined
        ? `fix ${d.refused} and run it, then run this again`
        : d.below
          ? "move this statement below the definition, or into a later cell"
          : d.kept !== undefined
            ? `open its run with \`model ${d.name} { load: ${JSON.stringify(d.kept)} }\`, or run the cell that defines it`
            : d.nearest
              ? `write \`${d.nearest}\``
              : d.swept
                ? `run \`sweep … as ${d.name}\` here first: finished trials are not trained again`
                : d.has.length > 0
                  ? `there ${d.has.length === 1 ? "is" : "are"} ${listNamesAsCode(d.has)}`
                  : d.example === undefined
                    ? "define it first"
                    : `define it in a statement above: \`${d.example}\``,
    explain: "No earlier statement defines this name. Cells that have not run define nothing.",
    example: "recipe a like b { epochs: 3 }",
  },
  "wrong-kind-of-name": {
    severity: "error",
    message: (d) => `\`${d.name}\` is ${one(d.is)}, not ${one(d.wanted)}`,
    help: (d) => `write the name of ${one(d.wanted)}`,
    explain: "Data, models and recipes share one set of names, but one kind cannot replace another.",
    example: "recipe a { epochs: 3 }\nmodel b like a",
  },
  "name-taken": {
    severity: "error",
    facts: true,
    message: (d) => `\`${d.name}\` is already a TypeScript name`,
    help: () => "choose another name",
    explain:
      "Both languages share one set of names, so a Tune definition cannot have the name of a TypeScript value, or the reverse.",
  },
  "named-twice": {
    severity: "error",
    message: (d) => `\`${d.name}\` is listed twice after \`${d.after}\``,
    help: () => "remove one",
    explain:
      "List each model and dataset once. A model compared with itself shows no difference, and training it twice in one line would only start over.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification }
train m on d
evaluate m, m on d.test`,
  },
  "defined-twice": {
    severity: "error",
    message: (d) => `\`${d.name}\` is defined twice`,
    help: () => "rename one",
    explain: "A name is defined once per cell or file. A later cell may redefine it.",
    example: "recipe a { epochs: 3 }\nrecipe a { epochs: 4 }",
  },
  "unknown-reference": {
    severity: "error",
    message: (d) => `there is no \`$${d.name}\``,
    help: (d) => (d.nearest ? `write \`$${d.nearest}\`` : "define it in a TypeScript cell, or in `parameters { }`"),
    explain: "`$x` is a parameter of the notebook or file, or else a TypeScript value.",
    example: "recipe r { epochs: $rounds }",
  },
  "path-into-nothing": {
    severity: "error",
    message: (d) => `\`${d.path}\` changes a part of \`${d.root}\` that does not exist here`,
    help: (d) => `write \`${d.instead ?? `${d.root}: …`}\` in full`,
    explain:
      "A dotted key changes one part of an existing word or record: of the definition after `like`, of the recipe after `with`, or of a default.",
    example: "data d { split.train: 80% }",
  },
  "epochs-and-steps": {
    severity: "error",
    message: () => "both `epochs` and `steps` are given",
    help: () => "remove one of them",
    explain: "Training ends after a number of epochs or a number of steps. With both, the end would be ambiguous.",
    example: "recipe r { epochs: 3, steps: 100 }",
  },
  "action-in-used-file": {
    severity: "error",
    facts: true,
    message: (d) => `${d.file} runs an action (\`${d.verb}\`), but a used file may only contain definitions`,
    help: () => "move the action to the file or cell that uses it",
    explain: "`use` imports definitions. An action in a used file would run when no reader expects it.",
  },
  "error-in-used-file": {
    severity: "error",
    facts: true,
    message: (d) => `${d.file} has an error: ${d.message}`,
    help: (d) => `see \`tunebook check ${d.file}\``,
    explain: "The used file has an error of its own.",
  },
  "use-in-circle": {
    severity: "error",
    facts: true,
    message: (d) => `${d.file} uses itself, directly or through others`,
    help: () => "move what both files need to a third file, and use that",
    explain: "Files that use each other in a circle have no first definition.",
  },
  "one-of": {
    severity: "error",
    message: (d) => `\`${d.word}\` needs exactly one of ${listNamesAsCode(d.of)}`,
    help: (d) => `write ${d.of.map((name) => `\`${d.word}(${name}: …)\``).join(" or ")}`,
    explain: "The parameters of this word exclude each other, and one of them is required.",
    example: "recipe r { validate: every() }",
  },
  "unknown-topic": {
    severity: "error",
    message: (d) => `\`${d.name}\` has no \`${d.topic}\` to show`,
    help: (d) =>
      d.nearest ? `write \`${d.nearest}\`` : d.has.length > 0 ? `it has ${listNamesAsCode(d.has)}` : undefined,
    explain: "`show` accepts a name, or a name and one of its topics.",
    example: "recipe r { epochs: 3 }\nshow r.weather",
  },
  "unknown-parameter": {
    severity: "error",
    message: (d) => `there is no parameter \`${d.name}\``,
    help: (d) =>
      d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `there ${d.has.length === 1 ? "is" : "are"} ${listNamesAsCode(d.has)}`
          : `define it in the file: \`parameters { ${d.name}: … }\``,
    explain:
      "`-p name=value` sets a parameter that the file defines (`parameters { rate: 1e-3 }`) or a name that a notebook's cells use. This name is neither, so the value would have no effect.",
  },
  "statement-takes-no-block": {
    severity: "error",
    message: (d) => `\`${d.verb}\` has no block`,
    help: () => "remove the block",
    explain: "Some statements consist of names only.",
    example: 'use "common.tune" { }',
  },
};
