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
    message: (d) => `\`${d.word}\` begins no statement`,
    help: (d) =>
      d.advice ??
      (d.nearest
        ? `write \`${d.nearest}\`${d.key === undefined ? "" : `, and in its block \`${d.key}\``}`
        : "a statement begins with a verb: `data`, `model`, `recipe`, `train`, `evaluate`, `predict`, `sweep`, `show`, …"),
    explain: "A Tune program is a list of statements, each beginning with a verb.",
    example: "recipe quick { epochs: 3 }\ntrian router on tickets",
  },
  "typescript-here": {
    severity: "error",
    message: (d) => `\`${d.word}\` is TypeScript, and this is Tune`,
    help: () => "put it in a cell of its own",
    explain:
      "A cell is Tune or TypeScript as a whole. Values cross over: a TypeScript name `x` is `$x` in Tune, and Tune's names are TypeScript values.",
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
      "Nothing is silently ignored: an unknown or misplaced key is an error that names the nearest key, or the block where the key belongs.",
    example: "recipe r { epoch: 3 }",
  },
  "missing-key": {
    severity: "error",
    message: (d) => `\`${d.verb}\` needs ${d.keys.map((k) => `\`${k}\``).join(" and ")}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "A definition lacks a key that has no default.",
    example: "model m { technique: full }",
  },
  "unknown-connector": {
    severity: "error",
    message: (d) => `\`${d.verb}\` takes no \`${d.connector}\``,
    help: (d) =>
      d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `it takes ${listNamesAsCode(d.has)}`
          : `nothing follows its names but a block`,
    explain:
      "After a verb and its names come connectors with their names: `train router on tickets with quick as first`.",
    example: "recipe quick from slow",
  },
  "duplicate-connector": {
    severity: "error",
    message: (d) => `\`${d.connector}\` stands twice`,
    help: () => "remove one; several names are joined by commas",
    explain: "Each connector stands once in a statement.",
    example: "recipe a { epochs: 1 }\nrecipe b like a like a",
  },
  "missing-connector": {
    severity: "error",
    message: (d) => `\`${d.verb}\` needs \`${d.connector}\` with ${d.takes === "data" ? "data" : one(d.takes)}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "The statement lacks a part that it can't do without.",
    example: 'model m { base: "all-MiniLM-L6-v2", task: text_classification }\ntrain m',
  },
  "missing-operand": {
    severity: "error",
    message: (d) => `\`${d.verb}\` needs ${d.wanted}`,
    help: (d) => `for example \`${d.example}\``,
    explain: "A verb or connector stands without the name it works on.",
    example: "recipe { epochs: 3 }",
  },
  "too-many-operands": {
    severity: "error",
    message: (d) => `\`${d.after}\` takes one name, not ${String(d.found)}`,
    help: () => "write a statement for each",
    explain: "Only some verbs work on several names at once.",
    example: "recipe a, b { epochs: 3 }",
  },
  "wrong-operand": {
    severity: "error",
    message: (d) => `\`${d.after}\` can't take ${d.found}`,
    help: (d) => `it takes ${d.wanted}`,
    explain: "After a verb or connector stands something of another kind than it takes.",
    example: 'recipe "quick" { epochs: 3 }',
  },
  "unknown-name": {
    severity: "error",
    message: (d) =>
      d.below
        ? `\`${d.name}\` is defined below, and used before`
        : d.refused !== undefined
          ? `\`${d.name}\` is not defined yet: ${d.refused} was to do it, and has a mistake`
          : `there is no ${d.wanted} \`${d.name}\``,
    help: (d) =>
      d.refused !== undefined
        ? `mend ${d.refused} and run it, then this`
        : d.below
          ? "move this statement beneath that one, or into a later cell"
          : d.kept !== undefined
            ? `its run is there: open it by \`model ${d.name} { load: ${JSON.stringify(d.kept)} }\`, or run the cell that defines it`
            : d.nearest
              ? `write \`${d.nearest}\``
              : d.swept
                ? `run \`sweep … as ${d.name}\` here first: trials that are done are not trained again`
                : d.has.length > 0
                  ? `there ${d.has.length === 1 ? "is" : "are"} ${listNamesAsCode(d.has)}`
                  : d.example === undefined
                    ? "define it first"
                    : `define it in a statement above: \`${d.example}\``,
    explain: "A name is used that no statement before it defines. Cells that have not run define nothing.",
    example: "recipe a like b { epochs: 3 }",
  },
  "wrong-kind-of-name": {
    severity: "error",
    message: (d) => `\`${d.name}\` is ${one(d.is)}, not ${one(d.wanted)}`,
    help: (d) => `name ${one(d.wanted)} here`,
    explain: "Names of data, models and recipes share one space but can't stand for one another.",
    example: "recipe a { epochs: 3 }\nmodel b like a",
  },
  "name-taken": {
    severity: "error",
    facts: true,
    message: (d) => `\`${d.name}\` is a TypeScript name already`,
    help: () => "choose another name",
    explain:
      "Both languages share one set of names, so a Tune definition can't take the name of a TypeScript value, or the reverse.",
  },
  "named-twice": {
    severity: "error",
    message: (d) => `\`${d.name}\` stands twice after \`${d.after}\``,
    help: () => "leave one out",
    explain:
      "Models and data that a statement works on are named once each: a model beside itself has no difference, and training it twice in one line would only begin anew.",
    example: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification }
train m on d
evaluate m, m on d.test`,
  },
  "defined-twice": {
    severity: "error",
    message: (d) => `\`${d.name}\` is defined twice`,
    help: () => "rename one",
    explain: "Within one cell or file a name is defined once. A later cell may define it anew.",
    example: "recipe a { epochs: 3 }\nrecipe a { epochs: 4 }",
  },
  "unknown-reference": {
    severity: "error",
    message: (d) => `there is no \`$${d.name}\``,
    help: (d) => (d.nearest ? `write \`$${d.nearest}\`` : "define it in a TypeScript cell, or in `parameters { }`"),
    explain: "`$x` is a parameter of the notebook or file, else a TypeScript value.",
    example: "recipe r { epochs: $rounds }",
  },
  "path-into-nothing": {
    severity: "error",
    message: (d) => `\`${d.path}\` changes a part of \`${d.root}\`, which has no such part here`,
    help: (d) => `write \`${d.instead ?? `${d.root}: …`}\` as a whole`,
    explain:
      "A dotted key changes one part of a word or record that is there already: of the definition after `like`, of the recipe after `with`, or of a default.",
    example: "data d { split.train: 80% }",
  },
  "epochs-and-steps": {
    severity: "error",
    message: () => "both `epochs` and `steps` are given",
    help: () => "keep one of them",
    explain: "Training ends after so many epochs or after so many steps; both at once would leave open which.",
    example: "recipe r { epochs: 3, steps: 100 }",
  },
  "action-in-used-file": {
    severity: "error",
    facts: true,
    message: (d) => `${d.file} does something (\`${d.verb}\`), and a used file may only define`,
    help: () => "move the action to the file or cell that uses it",
    explain: "`use` brings definitions. An action in a used file would run at a time that no reader expects.",
  },
  "error-in-used-file": {
    severity: "error",
    facts: true,
    message: (d) => `${d.file} has an error: ${d.message}`,
    help: (d) => `see \`tunebook check ${d.file}\``,
    explain: "The used file itself doesn't check.",
  },
  "use-in-circle": {
    severity: "error",
    facts: true,
    message: (d) => `${d.file} uses itself, directly or through others`,
    help: () => "move what both files need to a third one, and use that",
    explain: "Files that use one another in a circle have no first definition.",
  },
  "one-of": {
    severity: "error",
    message: (d) => `\`${d.word}\` takes one of ${listNamesAsCode(d.of)}, and just one`,
    help: (d) => `write ${d.of.map((name) => `\`${d.word}(${name}: …)\``).join(" or ")}`,
    explain: "The parameters of this word exclude each other, and one of them must be there.",
    example: "recipe r { validate: every() }",
  },
  "unknown-topic": {
    severity: "error",
    message: (d) => `\`${d.name}\` has no \`${d.topic}\` to show`,
    help: (d) =>
      d.nearest ? `write \`${d.nearest}\`` : d.has.length > 0 ? `it has ${listNamesAsCode(d.has)}` : undefined,
    explain: "`show` takes a name, or a name and one of its topics.",
    example: "recipe r { epochs: 3 }\nshow r.weather",
  },
  "unknown-parameter": {
    severity: "error",
    message: (d) => `no parameter \`${d.name}\` is defined here`,
    help: (d) =>
      d.nearest
        ? `write \`${d.nearest}\``
        : d.has.length > 0
          ? `there ${d.has.length === 1 ? "is" : "are"} ${listNamesAsCode(d.has)}`
          : `define it in the file: \`parameters { ${d.name}: … }\``,
    explain:
      "`-p name=value` sets a parameter that the file defines (`parameters { rate: 1e-3 }`), or a name that a notebook's cells use. This name is in none of them, so that the value would change nothing.",
  },
  "statement-takes-no-block": {
    severity: "error",
    message: (d) => `\`${d.verb}\` takes no block`,
    help: () => "remove it",
    explain: "Some statements are complete with their names.",
    example: 'use "common.tune" { }',
  },
};
