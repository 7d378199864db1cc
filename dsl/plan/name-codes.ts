/** Codes of verbs, names, connectors and keys. */
import { registerCodes } from "../diagnostics/codes.js";
import { listedAsCode } from "../diagnostics/listed.js";

declare module "../diagnostics/codes.js" {
  interface CodeData {
    /** `advice`: what to do about what was probably meant. */
    "unknown-verb": {
      readonly word: string;
      readonly nearest?: string;
      readonly advice?: string;
      /** What of the verb's block does what was written. */
      readonly key?: string;
    };
    "typescript-here": { readonly word: string };
    "unknown-key": {
      readonly key: string;
      readonly verb: string;
      readonly nearest?: string;
      readonly belongs?: string;
      readonly elsewhere?: boolean;
      /** What serves instead of a name that other tools have. */
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
      /** How such a name is defined. */
      readonly example?: string;
    };
    "wrong-kind-of-name": { readonly name: string; readonly is: string; readonly wanted: string };
    "name-taken": { readonly name: string };
    "defined-twice": { readonly name: string };
    "named-twice": { readonly name: string; readonly after: string };
    "unknown-reference": { readonly name: string; readonly has: readonly string[]; readonly nearest?: string };
    /** `instead`: how the part is written where the whole isn't there yet. */
    "path-into-nothing": { readonly path: string; readonly root: string; readonly instead?: string };
    "epochs-and-steps": object;
    "action-in-used-file": { readonly verb: string; readonly file: string };
    "error-in-used-file": { readonly file: string; readonly message: string };
    "use-in-circle": { readonly file: string };
    "known-after-run": { readonly name: string };
    "best-gone": { readonly sweep: string };
    /** `trials`: how many there were; 0: nothing was trained. */
    "no-best": { readonly sweep: string; readonly trials: number };
    "no-goal": object;
    "same-goal": { readonly metric: string };
    /** `own`: a metric of the notebook's. */
    "wrong-direction": {
      readonly metric: string;
      readonly found: string;
      readonly instead: string;
      readonly own: boolean;
    };
    "not-varied": { readonly path: string; readonly why: string };
    "nothing-varies": object;
    /** As they are written. `last`: the greatest value that is a step. */
    "uneven-steps": { readonly path: string; readonly step: string; readonly to: string; readonly last: string };
    /** `has`: paths that have one. */
    "no-number-there": { readonly path: string; readonly has: readonly string[]; readonly nearest?: string };
    "never-holds": { readonly relation: string };
    "scores-of-other-rows": { readonly path: string };
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
}
const one = (name: string): string => (name === "data" ? name : `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`);

registerCodes({
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
            ? `it has ${listedAsCode(d.has)}`
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
          ? `it takes ${listedAsCode(d.has)}`
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
      d.below ? `\`${d.name}\` is defined below, and used before` : `there is no ${d.wanted} \`${d.name}\``,
    help: (d) =>
      d.below
        ? "move this statement beneath that one, or into a later cell"
        : d.nearest
          ? `write \`${d.nearest}\``
          : d.has.length > 0
            ? `there ${d.has.length === 1 ? "is" : "are"} ${listedAsCode(d.has)}`
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
  "known-after-run": {
    severity: "error",
    message: (d) => `\`${d.name}\` is known only when the sweep has run`,
    help: () => "put this statement in a later cell",
    explain: "A whole cell is checked before any of it runs, and the best trial is not known then.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: accuracy }\ntrain m on d with s.best',
  },
  "no-best": {
    severity: "error",
    message: (d) =>
      d.trials === 0
        ? `\`${d.sweep}\` trained nothing, so it has no best trial`
        : `none of the ${d.trials} trials of \`${d.sweep}\` has a score, so there is no best one`,
    help: (d) =>
      d.trials === 0
        ? "run the sweep again with more time (`budget`), or over a smaller base; what it scored without a training is named in its cell"
        : "the sweep's cell tells what became of each: mend that, and run it again",
    explain:
      "A sweep has a best trial once one of its trials came to a score. Where no training fits into the budget, or all trials failed, there is none: a baseline that won beside them is no trial, and is evaluated by its own name (`evaluate baseline(tfidf) on …`).",
  },
  "best-gone": {
    severity: "error",
    message: (d) => `the weights of \`${d.sweep}\`'s best trial aren't here any more`,
    help: (d) =>
      `run the sweep's cell again, which trains it anew, or train it under a name of its own: \`train … with ${d.sweep}.best as winner\``,
    explain:
      "A sweep keeps the weights of its best trials in the folders of their runs. The score and the settings are in its journal, the weights are not: where the folder is gone they are trained anew, by the same settings.",
  },
  "no-goal": {
    severity: "error",
    message: () => "the sweep has no goal",
    help: () => "write `maximize: accuracy` or `minimize: loss`",
    explain: "A sweep needs a metric of the validation split by which trials are compared.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) } }',
  },
  "same-goal": {
    severity: "error",
    message: (d) => `\`${d.metric}\` is a goal of the sweep already`,
    help: () => "leave it out",
    explain:
      "Several goals are several metrics: trials are compared by each of them, and those are found that no other beats in all.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: [accuracy, accuracy] }',
  },
  "wrong-direction": {
    severity: "error",
    message: (d) => `\`${d.found}: ${d.metric}\` would keep the worst trial`,
    help: (d) =>
      `write \`${d.instead}: ${d.metric}\`${d.own ? `, or define it with \`greaterIsBetter: ${String(d.found === "maximize")}\`` : ""}`,
    explain:
      "Each metric has a direction: scores that count what is right shall be high, losses and errors low. A sweep keeps the best trial by it.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, maximize: loss }',
  },
  "not-varied": {
    severity: "error",
    message: (d) => `\`${d.path}\` can't be varied`,
    help: (d) => d.why,
    explain:
      "In `vary`, keys are paths of the data, the model or the recipe and values are spaces: `batch_size: choice(16, 32)`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: 16 }, maximize: accuracy }',
  },
  "nothing-varies": {
    severity: "error",
    message: () => "nothing is varied: every trial would be the same training",
    help: () =>
      "write what varies, as in `vary: { batch_size: choice(16, 32) }`; `repeats` of `train` trains with several seeds",
    explain:
      "A sweep compares trials whose settings differ. To learn how far the scores of one training lie apart by chance, train it with `repeats: 5`.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { }, maximize: accuracy }',
  },
  "uneven-steps": {
    severity: "error",
    message: (d) => `steps of ${d.step} don't come to ${d.to}`,
    help: (d) => `end the range at a step, as at ${d.last}, or take another step`,
    explain: "Both ends of a range are tried. A step that misses the end would leave out a value that is written.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: uniform(8..60, step: 8) }, maximize: accuracy }',
  },
  "scores-of-other-rows": {
    severity: "warning",
    message: (d) => `trials that differ in \`${d.path}\` are scored on different rows`,
    help: () => "vary what leaves the rows of validation alone: `clean`, `split.train`, settings of model and recipe",
    explain:
      "The sweep ranks trials by a score on the validation split. Where other trials hold out other rows, the better score may only say that its rows are easier. `split.train` thins the rows that train and leaves all other splits as they are.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { sample: choice(100, 200) }, maximize: accuracy }',
  },
  "no-number-there": {
    severity: "error",
    message: (d) => `\`${d.path}\` is no number of the sweep`,
    help: (d) => (d.nearest !== undefined ? `write \`${d.nearest}\`` : `numbers have ${listedAsCode(d.has)}`),
    explain:
      "`where` holds numbers to each other: those that vary, those that stand in a value which does (`technique.rank` of `choice(full, lora(rank: choice(4, 8)))`), and those of the model and the recipe. A path is written whole.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, where: [at_most(batch_size, weight)], maximize: accuracy }',
  },
  "never-holds": {
    severity: "error",
    message: (d) => `no values of the sweep make \`${d.relation}\` true`,
    help: () => "turn it round, or widen what varies",
    explain: "A trial is only tried where every relation of `where` holds, so this sweep would try none.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, where: [at_most(batch_size, 8)], maximize: accuracy }',
  },
  "one-of": {
    severity: "error",
    message: (d) => `\`${d.word}\` takes one of ${listedAsCode(d.of)}, and just one`,
    help: (d) => `write ${d.of.map((name) => `\`${d.word}(${name}: …)\``).join(" or ")}`,
    explain: "The parameters of this word exclude each other, and one of them must be there.",
    example: "recipe r { validate: every() }",
  },
  "unknown-topic": {
    severity: "error",
    message: (d) => `\`${d.name}\` has no \`${d.topic}\` to show`,
    help: (d) =>
      d.nearest ? `write \`${d.nearest}\`` : d.has.length > 0 ? `it has ${listedAsCode(d.has)}` : undefined,
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
          ? `there ${d.has.length === 1 ? "is" : "are"} ${listedAsCode(d.has)}`
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
});
