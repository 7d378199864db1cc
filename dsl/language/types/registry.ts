/**
 * The vocabulary as data. A word is a pure declaration (checking runs in a browser); its implementation is loaded on
 * use. `dsl` knows no word: checker, completion, hover, documentation and plan read these records.
 */
import type { Arguments, Call, Value } from "./value.js";
import type { WordKind, CapabilitiesByKind } from "./capabilities.js";
import type { WordCheckContext } from "./context.js";

/**
 * Implementations of words by kind; stdlib's folders merge their interfaces in (`declare module
 * "#dsl/language/types/registry.js"`).
 */
export interface Implementations {}
/** Result of loading a word of a kind. */
export type LoadedImplementation<K> = K extends keyof Implementations ? Implementations[K] : unknown;
export type { WordKind } from "./capabilities.js";

export type ValueType =
  | { readonly is: "number"; readonly integer?: true; readonly unit?: NumberUnit }
  /**
   * `"quoted"` only. `form: "user"`: the user name of HTTP basic authentication, without `:` and control characters.
   */
  | { readonly is: "string"; readonly form?: "user" }
  | { readonly is: "text" } // "quoted" or a bare name (a label, a column)
  | { readonly is: "boolean" }
  // bare names; `elsewhere`: aliases in other tools
  | {
      readonly is: "choice";
      readonly of: readonly string[];
      readonly elsewhere?: Readonly<Record<string, string>>;
    }
  | { readonly is: "word"; readonly kind: WordKind } // `adamw(...)`; a word without parameters may be bare
  | { readonly is: "column" } // a column of the data's source; checked against its header
  | { readonly is: "list"; readonly of: ValueType } // a single value is accepted as a list of one
  /** `planned`: designed keys that nothing reads yet, each with what to use meanwhile. */
  | {
      readonly is: "record";
      readonly of: ValueType;
      readonly keys?: readonly string[];
      /** Aliases of a key in other tools (`instruction`), for diagnostics. */
      readonly elsewhere?: Readonly<Record<string, string>>;
      /** What needs no key, and where it is written, for diagnostics. */
      readonly beyond?: string;
      /** A plausible key, for the help on a wrong one. */
      readonly example?: string;
      readonly planned?: Readonly<Record<string, string>>;
    }
  | { readonly is: "range"; readonly of: ValueType }
  | { readonly is: "reference" } // $x, a live TypeScript value
  | { readonly is: "model" } // name of a defined model
  | { readonly is: "either"; readonly of: readonly ValueType[] };
/** share: `10%` only; share-or-count: `10%` or `100`; duration in ms; bytes. */
export type NumberUnit = "share" | "share-or-count" | "duration" | "bytes";

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
  readonly doc: string;
  /** `exclusive`: excludes `min`; `max` is always included. */
  readonly range?: { readonly min?: number; readonly max?: number; readonly exclusive?: true };
  readonly required?: true;
  /** Not required if this other parameter, or one of these, is given. */
  readonly unless?: string | readonly string[];
  /**
   * Positional parameters are filled in declared order. `rest`: takes all remaining positional arguments as a list.
   */
  readonly positional?: true | "rest";
  readonly default?:
    | { readonly value: Value }
    /** `derived` is the sentence that hover and plan show. */
    | {
        readonly derived: string;
        /** Undefined: no value, and none in what is hashed. */
        from(draft: Readonly<Record<string, Value>>, context: WordCheckContext): Value | undefined;
        /** Reason that the plan shows instead, if it depends on the facts. */
        because?(draft: Readonly<Record<string, Value>>, context: WordCheckContext): string;
      };
  /**
   * If unset, the value is detected when the call runs, and its default is the usual one; a written value is enforced
   * (`Call.held`).
   */
  readonly found?: true;
  /**
   * The reason for the default, which the plan shows next to the value; without a default, when to set one. Tests
   * require it for every implemented word; the page omits reasons that no plan shows.
   */
  readonly why?: string;
  readonly impact: "low" | "medium" | "high";
  readonly related?: readonly string[];
  /** Designed but not implemented: writing it is the error `not-built-yet`. */
  readonly planned?: { readonly meanwhile: string };
  /** Advice for a value of a form that it does not accept, for diagnostics. */
  readonly misfits?: {
    readonly [F in "list" | "number" | "string" | "word"]?: string;
  } & {
    /** Advice for a share (`10%`, or `0.1`) in place of a count; each `…` in it is the share. */
    readonly share?: string;
  };
  /**
   * Source of string completions: labels of the data or linear layers of the base, and further names; or files of the
   * notebook's folder, those that end in one of `endings` first.
   */
  readonly suggests?:
    | { readonly from: "labels" | "layers"; readonly also?: readonly string[] }
    | { readonly from: "files"; readonly endings: readonly string[] };
  /** For a secret: the environment variable that usually holds it, as messages write it. */
  readonly env?: string;
  /** Short descriptions of the accepted names (choices, keys of a record, completed strings). */
  readonly means?: Readonly<Record<string, string>>;
  /** The path by which a sweep varies it, if not its own name. */
  readonly variedAs?: string;
  /** Different values hold out different rows, so that scores with different values are not comparable. */
  readonly otherRows?: true;
  /** Accepts any further named argument with this type (e.g. `random(train: 80%, dev: 20%)`). */
  readonly open?: true;
}

export interface Publication {
  readonly title: string;
  readonly by: string;
  readonly year: number;
  readonly url: string;
}

/** `A`: type of its arguments, from its parameters. */
export interface Word<K extends WordKind = WordKind, A extends Arguments = Arguments> {
  readonly kind: K;
  readonly name: string;
  readonly doc: string;
  readonly example: string;
  /**
   * Content hash of a user-defined word; unset for a word of this package. Calls include it, so that recipes
   * distinguish definitions.
   */
  readonly definition?: string;
  /** Publications that describe it, the original source first. */
  readonly references?: readonly Publication[];
  readonly parameters: readonly Parameter[];
  /** Parameters of which exactly one is given. */
  readonly oneOf?: readonly string[];
  /** Designed but not implemented: using it is the error `not-built-yet`, which names what to use meanwhile. */
  readonly planned?: { readonly meanwhile: string };
  /**
   * Aliases of the word or its parameters in other tools (`lr`, `r`), for diagnostics; they are not accepted spellings.
   */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /**
   * Advice for names of other tools whose value changes too, or that have no equivalent (`bf16: true`, `output_dir`).
   */
  readonly advice?: Readonly<Record<string, string>>;
  /** Names in `advice` that have no effect: they are removed without confirmation. */
  readonly idle?: readonly string[];
  /** The word's own rules, called after its arguments are checked; reports through the context. Pure. */
  check?(call: Call<A>, context: WordCheckContext): void;
  /** Further notes, shown by hover. */
  readonly notes?: readonly string[];
  /** Facts that checker and runner read instead of testing for a word. */
  readonly capabilities?: CapabilitiesByKind<Call<A>>[K];
  load?(): Promise<LoadedImplementation<K>>;
}

/** A bare name with its own meaning for the verb, in place of a defined name; it cannot be defined. */
export interface ReservedOperandName {
  readonly name: string;
  /** Description for completion. */
  readonly doc: string;
  /** Keys that only it takes. */
  readonly keys: readonly string[];
  /** Keys of the verb that it does not take, each with what it does instead, as text after "it". */
  readonly without: Readonly<Record<string, string>>;
  /** Returns the default goal. */
  goal(registry: Registry, task: Call, roles: readonly string[]): Call;
  /** Defaults of these keys. */
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
    /** Words of this kind may be operands, with their arguments in parentheses. */
    readonly calls?: WordKind;
    readonly ownSubject?: ReservedOperandName;
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
  /** Whether its statements have outputs; by default, if the verb acts. */
  readonly displays?: boolean;
  /** The verb whose keys its block takes too. */
  readonly keysOf?: string;
  /** Its block takes keys of any name, each of which defines one. */
  readonly anyKey?: true;
  /** Without its block a statement has another meaning, or none. */
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
  // Keys include the kind, so a word found by its kind is of that kind.
  const find = (kind: string, name: string): Word | undefined => byKey.get(`${kind} ${name}`);
  const ofKind = (kind: string): readonly Word[] => kinds.get(kind) ?? [];
  return {
    words,
    find: find as Registry["find"],
    ofKind: ofKind as Registry["ofKind"],
    verbs: () => ofKind("verb") as readonly Verb[],
  };
}

/** A registry that accepts a user's own words; redefining a word replaces it. */
export interface ExtensibleRegistry extends Registry {
  define(word: Word): void;
  /** User-defined words, in the order of their first definition. */
  readonly ownWords: readonly Word[];
}

/** `base` is unchanged. The caller ensures that no word of `base` is redefined. */
export function makeExtensibleRegistry(base: Registry): ExtensibleRegistry {
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
