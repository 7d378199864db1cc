/**
 * The vocabulary as data. A word is a pure declaration (checking runs in a browser); what it does is loaded when used.
 * `dsl` knows no word: checker, completion, hover, documentation and plan read these records.
 */
import type { Call, Value } from "./plan/plan.js";
import type { CheckContext } from "./check/context.js";

/** What a word of each kind does at run time; stdlib's rooms merge their interfaces in (`declare module "#dsl/registry.js"`). */
export interface Implementations {}
/** Kinds: verb, source, cleaner, split, base families (`model`), task, technique, optimizer, schedule, metric, search, stopping, cadence, space, shuffle. */
export type Kind = string;

export type ValueType =
  | { readonly is: "number"; readonly integer?: true; readonly unit?: Unit }
  | { readonly is: "string" } // "quoted" only
  | { readonly is: "text" } // "quoted" or a bare name (a label, a column)
  | { readonly is: "boolean" }
  | { readonly is: "choice"; readonly of: readonly string[] } // bare names
  | { readonly is: "word"; readonly kind: Kind } // `adamw(...)`; a word without parameters may stand bare
  | { readonly is: "column" } // a column of the data's source; checked against its header
  | { readonly is: "list"; readonly of: ValueType } // a single value may stand for a list of one
  /** `planned`: keys that the design knows but nothing reads yet. */
  | {
      readonly is: "record";
      readonly of: ValueType;
      readonly keys?: readonly string[];
      /** What other tools call a key (`instruction`): feeds diagnostics. */
      readonly elsewhere?: Readonly<Record<string, string>>;
      readonly planned?: { readonly keys: readonly string[]; readonly meanwhile: string };
    }
  | { readonly is: "range"; readonly of: ValueType }
  | { readonly is: "reference" } // $x, a live TypeScript value
  | { readonly is: "model" } // the name of a defined model
  | { readonly is: "either"; readonly of: readonly ValueType[] };
/** share: `10%` only; share-or-count: `10%` or `100`; duration in ms; bytes. */
export type Unit = "share" | "share-or-count" | "duration" | "bytes";

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
  readonly doc: string;
  readonly range?: { readonly min?: number; readonly max?: number; readonly exclusive?: true };
  readonly required?: true;
  /** Not required where this other parameter is given. */
  readonly unless?: string;
  /** Positional parameters are filled in the order declared. `rest`: takes all remaining positional arguments as a list. */
  readonly positional?: true | "rest";
  readonly default?:
    | { readonly value: Value }
    /** `derived` is the sentence that hover and plan show. */
    | {
        readonly derived: string;
        from(draft: Readonly<Record<string, Value>>, context: CheckContext): Value;
        /** What the plan says instead, where the reason depends on what was found. */
        because?(draft: Readonly<Record<string, Value>>, context: CheckContext): string;
      };
  readonly why: string;
  readonly impact: "low" | "medium" | "high";
  readonly related?: readonly string[];
  /** The design knows it but it is not built yet: writing it is the error `not-built-yet`. */
  readonly planned?: { readonly meanwhile: string };
  /**
   * Where completion finds texts that fit: labels of the data, linear layers of the base, and some by name; or files of the
   * notebook's folder, those that end in one of `endings` first.
   */
  readonly suggests?:
    | { readonly from: "labels" | "layers"; readonly also?: readonly string[] }
    | { readonly from: "files"; readonly endings: readonly string[] };
  /** Accepts any further named argument with this type (e.g. `random(train: 80%, dev: 20%)`). */
  readonly open?: true;
}

/** A publication that a word comes from. */
export interface Reference {
  readonly title: string;
  readonly by: string;
  readonly year: number;
  readonly at: string;
}

export interface Word {
  readonly kind: Kind;
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  readonly since: string;
  /** Content hash of what a user defined; absent: a word of this package. Calls carry it, so that recipes tell one definition from another. */
  readonly definition?: string;
  /** Where the field describes it, the first source first. */
  readonly references?: readonly Reference[];
  readonly parameters: readonly Parameter[];
  /** The design knows it but it is not built yet: using it is the error `not-built-yet`, naming what serves meanwhile. */
  readonly planned?: { readonly meanwhile: string };
  /** What other tools call it or its parameters (`lr`, `r`): feeds diagnostics, is no second spelling. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Names of other tools whose value changes too, or that nothing answers to (`bf16: true`, `output_dir`): what to do, for the help. */
  readonly advice?: Readonly<Record<string, string>>;
  /** Rules of its own, called once its arguments are checked; reports through the context. Pure. */
  check?(call: Call, context: CheckContext): void;
  /** What else people should know of it: hover shows these. */
  readonly notes?: readonly string[];
  /** Facts a checker or runner asks of a word instead of `name === ...` chains (contracts: capability properties). */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  load?(): Promise<unknown>;
}

/** A verb is a word too: its parameters are the keys of its block. */
export interface Verb extends Word {
  readonly kind: "verb";
  readonly operands: {
    readonly what: "new-name" | "model" | "data" | "subject" | "file" | "topic" | "none" | "any";
    readonly many?: true;
  };
  readonly connectors: Readonly<
    Record<
      string,
      {
        readonly takes: "model" | "data" | "recipe" | "new-name" | "any";
        readonly required?: true;
        readonly many?: true;
      }
    >
  >;
  readonly does: "defines" | "acts";
}

export interface Registry {
  readonly words: readonly Word[];
  find(kind: Kind, name: string): Word | undefined;
  ofKind(kind: Kind): readonly Word[];
  verbs(): readonly Verb[];
}

export function makeRegistry(words: readonly Word[]): Registry {
  const byKey = new Map(words.map((w) => [`${w.kind} ${w.name}`, w]));
  const kinds = new Map<Kind, Word[]>();
  for (const w of words) kinds.set(w.kind, [...(kinds.get(w.kind) ?? []), w]);
  return {
    words,
    find: (kind, name) => byKey.get(`${kind} ${name}`),
    ofKind: (kind) => kinds.get(kind) ?? [],
    verbs: () => (kinds.get("verb") ?? []) as unknown as readonly Verb[],
  };
}

/** A registry that takes in a user's own words; a word that is defined again replaces its earlier self. */
export interface GrowingRegistry extends Registry {
  define(word: Word): void;
  /** Words that were defined, in the order of their first definition. */
  readonly own: readonly Word[];
}

/** `base` stays as it is. Whoever defines makes sure that no word of `base` is meant. */
export function growing(base: Registry): GrowingRegistry {
  const own = new Map<string, Word>();
  let whole = base;
  return {
    get words() {
      return whole.words;
    },
    get own() {
      return [...own.values()];
    },
    find: (kind, name) => whole.find(kind, name),
    ofKind: (kind) => whole.ofKind(kind),
    verbs: () => whole.verbs(),
    define(word) {
      own.set(`${word.kind} ${word.name}`, word);
      whole = makeRegistry([...base.words, ...own.values()]);
    },
  };
}
