/**
 * The vocabulary as data. A word is a pure declaration (checking runs in a browser); what it does is loaded when used.
 * `dsl` knows no word: checker, completion, hover, documentation and plan read these records.
 */
import type { Arguments, Call, Value } from "./value.js";
import type { WordKind, Kinds } from "./capabilities.js";
import type { CheckContext } from "./context.js";

/** What a word of each kind does at run time; stdlib's rooms merge their interfaces in (`declare module "#dsl/language/types/registry.js"`). */
export interface Implementations {}
/** What loading a word of a kind gives. */
export type LoadedImplementation<K> = K extends keyof Implementations ? Implementations[K] : unknown;
export type { WordKind } from "./capabilities.js";

export type ValueType =
  | { readonly is: "number"; readonly integer?: true; readonly unit?: NumberUnit }
  /** `"quoted"` only. `form: "user"`: the user name of HTTP's basic login, which has no `:` and no control character. */
  | { readonly is: "string"; readonly form?: "user" }
  | { readonly is: "text" } // "quoted" or a bare name (a label, a column)
  | { readonly is: "boolean" }
  // bare names; `elsewhere`: what other tools call them
  | {
      readonly is: "choice";
      readonly of: readonly string[];
      readonly elsewhere?: Readonly<Record<string, string>>;
    }
  | { readonly is: "word"; readonly kind: WordKind } // `adamw(...)`; a word without parameters may stand bare
  | { readonly is: "column" } // a column of the data's source; checked against its header
  | { readonly is: "list"; readonly of: ValueType } // a single value may stand for a list of one
  /** `planned`: keys that the design knows but nothing reads yet, each with what serves meanwhile. */
  | {
      readonly is: "record";
      readonly of: ValueType;
      readonly keys?: readonly string[];
      /** What other tools call a key (`instruction`): feeds diagnostics. */
      readonly elsewhere?: Readonly<Record<string, string>>;
      /** What needs no key, and where it is written: feeds diagnostics. */
      readonly beyond?: string;
      /** One that makes sense, for the help where something else stands. */
      readonly example?: string;
      readonly planned?: Readonly<Record<string, string>>;
    }
  | { readonly is: "range"; readonly of: ValueType }
  | { readonly is: "reference" } // $x, a live TypeScript value
  | { readonly is: "model" } // the name of a defined model
  | { readonly is: "either"; readonly of: readonly ValueType[] };
/** share: `10%` only; share-or-count: `10%` or `100`; duration in ms; bytes. */
export type NumberUnit = "share" | "share-or-count" | "duration" | "bytes";

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
  readonly doc: string;
  /** `exclusive`: `min` itself is no value; `max` always is. */
  readonly range?: { readonly min?: number; readonly max?: number; readonly exclusive?: true };
  readonly required?: true;
  /** Not required where this other parameter, or one of these, is given. */
  readonly unless?: string | readonly string[];
  /** Positional parameters are filled in the order declared. `rest`: takes all remaining positional arguments as a list. */
  readonly positional?: true | "rest";
  readonly default?:
    | { readonly value: Value }
    /** `derived` is the sentence that hover and plan show. */
    | {
        readonly derived: string;
        /** Undefined: nothing stands there, nor in what is hashed. */
        from(draft: Readonly<Record<string, Value>>, context: CheckContext): Value | undefined;
        /** What the plan says instead, where the reason depends on what was found. */
        because?(draft: Readonly<Record<string, Value>>, context: CheckContext): string;
      };
  /** What isn't written is found where the call is run, its default being the usual; what is written is held to (`Call.held`). */
  readonly found?: true;
  /**
   * Why the default is what it is, which the plan shows beside the value; without a default, when to give one. Tests require it
   * of every built word; the page leaves out what no plan shows.
   */
  readonly why?: string;
  readonly impact: "low" | "medium" | "high";
  readonly related?: readonly string[];
  /** The design knows it but it is not built yet: writing it is the error `not-built-yet`. */
  readonly planned?: { readonly meanwhile: string };
  /** What to do where a value of that form stands, which it can't take: feeds diagnostics. */
  readonly misfits?: {
    readonly [F in "list" | "number" | "string" | "word"]?: string;
  } & {
    /** A share (`10%`, or `0.1`) where a number of something stands; each `…` in it is the share. */
    readonly share?: string;
  };
  /**
   * Where completion finds texts that fit: labels of the data, linear layers of the base, and some by name; or files of the
   * notebook's folder, those that end in one of `endings` first.
   */
  readonly suggests?:
    | { readonly from: "labels" | "layers"; readonly also?: readonly string[] }
    | { readonly from: "files"; readonly endings: readonly string[] };
  /** Of a secret: the variable of the environment that usually holds it, as messages write it. */
  readonly env?: string;
  /** What the names do that may stand there (choices, keys of a record, texts that completion finds), in a few words. */
  readonly means?: Readonly<Record<string, string>>;
  /** The path by which a sweep varies it, where that isn't its own name. */
  readonly variedAs?: string;
  /** With other values of it other rows are held out: what was scored with one value doesn't compare with what was scored with another. */
  readonly otherRows?: true;
  /** Accepts any further named argument with this type (e.g. `random(train: 80%, dev: 20%)`). */
  readonly open?: true;
}

/** A publication that a word comes from. */
export interface Publication {
  readonly title: string;
  readonly by: string;
  readonly year: number;
  readonly url: string;
}

/** `A`: its arguments, as its parameters have them. */
export interface Word<K extends WordKind = WordKind, A extends Arguments = Arguments> {
  readonly kind: K;
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  /** Content hash of what a user defined; absent: a word of this package. Calls carry it, so that recipes tell one definition from another. */
  readonly definition?: string;
  /** Where the field describes it, the first source first. */
  readonly references?: readonly Publication[];
  readonly parameters: readonly Parameter[];
  /** Parameters of which just one is given. */
  readonly oneOf?: readonly string[];
  /** The design knows it but it is not built yet: using it is the error `not-built-yet`, naming what serves meanwhile. */
  readonly planned?: { readonly meanwhile: string };
  /** What other tools call it or its parameters (`lr`, `r`): feeds diagnostics, is no second spelling. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Names of other tools whose value changes too, or that nothing answers to (`bf16: true`, `output_dir`): what to do, for the help. */
  readonly advice?: Readonly<Record<string, string>>;
  /** Of those in `advice` the ones that say nothing which isn't so without them: they are taken out without asking. */
  readonly idle?: readonly string[];
  /** Rules of its own, called once its arguments are checked; reports through the context. Pure. */
  check?(call: Call<A>, context: CheckContext): void;
  /** What else people should know of it: hover shows these. */
  readonly notes?: readonly string[];
  /** Facts that checker and runner ask of a word instead of which one it is. */
  readonly capabilities?: Kinds<Call<A>>[K];
  load?(): Promise<LoadedImplementation<K>>;
}

/** A bare name that stands where a defined one would: it means something to the verb, and nothing may be defined as it. */
export interface OwnSubject {
  readonly name: string;
  /** What it means, for completion. */
  readonly doc: string;
  /** Keys that are for it alone. */
  readonly keys: readonly string[];
  /** Keys of the verb that it doesn't take, each with what it does instead: goes on after "it". */
  readonly without: Readonly<Record<string, string>>;
  /** What is gone by where nothing is said. */
  goal(registry: Registry, task: Call, roles: readonly string[]): Call;
  /** What stands where these keys are not written. */
  readonly usual: Readonly<Record<string, Value>>;
}

/** A verb is a word too: its parameters are the keys of its block. */
export interface Verb extends Word<"verb"> {
  readonly operands: {
    readonly what:
      | "new-name"
      | "model"
      | "data"
      | "subject"
      | "file"
      | "topic"
      | "training"
      | "version"
      | "none"
      | "any";
    readonly many?: true;
    /** Words of this kind may stand among the names, with their arguments in parentheses. */
    readonly calls?: WordKind;
    readonly ownSubject?: OwnSubject;
  };
  readonly connectors: Readonly<
    Record<
      string,
      {
        readonly takes: "model" | "data" | "recipe" | "new-name" | "target" | "any";
        readonly required?: true;
        readonly many?: true;
      }
    >
  >;
  readonly effect: "defines" | "acts";
  /** The verb whose keys its block takes too. */
  readonly keysOf?: string;
  /** Its block takes keys of any name, each of which defines one. */
  readonly anyKey?: true;
  /** Without its block a statement says something else, or nothing. */
  readonly needsBlock?: true;
}

export function isOfKind<K extends WordKind>(word: Word, kind: K): word is Word<K> {
  return word.kind === kind;
}
export function isVerb(word: Word): word is Verb {
  return word.kind === "verb";
}

export interface Registry {
  readonly words: readonly Word[];
  find(kind: "verb", name: string): Verb | undefined;
  find<K extends WordKind>(kind: K, name: string): Word<K> | undefined;
  find(kind: string, name: string): Word | undefined;
  ofKind<K extends WordKind>(kind: K): readonly Word<K>[];
  ofKind(kind: string): readonly Word[];
  verbs(): readonly Verb[];
}

export function makeRegistry(words: readonly Word[]): Registry {
  const byKey = new Map(words.map((w) => [`${w.kind} ${w.name}`, w]));
  const kinds = new Map<string, Word[]>();
  for (const w of words) kinds.set(w.kind, [...(kinds.get(w.kind) ?? []), w]);
  // The keys hold the kinds: a word that is found by its kind is of that kind.
  const find = (kind: string, name: string): Word | undefined => byKey.get(`${kind} ${name}`);
  const ofKind = (kind: string): readonly Word[] => kinds.get(kind) ?? [];
  return {
    words,
    find: find as Registry["find"],
    ofKind: ofKind as Registry["ofKind"],
    verbs: () => ofKind("verb") as readonly Verb[],
  };
}

/** A registry that takes in a user's own words; a word that is defined again replaces its earlier self. */
export interface GrowingRegistry extends Registry {
  define(word: Word): void;
  /** Words that were defined, in the order of their first definition. */
  readonly ownWords: readonly Word[];
}

/** `base` stays as it is. Whoever defines makes sure that no word of `base` is meant. */
export function growingRegistry(base: Registry): GrowingRegistry {
  const definedWords = new Map<string, Word>();
  let whole = base;
  return {
    get words() {
      return whole.words;
    },
    get ownWords() {
      return [...definedWords.values()];
    },
    find: ((kind: string, name: string) => whole.find(kind, name)) as Registry["find"],
    ofKind: ((kind: string) => whole.ofKind(kind)) as Registry["ofKind"],
    verbs: () => whole.verbs(),
    define(word) {
      definedWords.set(`${word.kind} ${word.name}`, word);
      whole = makeRegistry([...base.words, ...definedWords.values()]);
    },
  };
}
