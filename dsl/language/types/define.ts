/**
 * Typed definitions of words: the argument types of a word's own functions are inferred from its parameters, and its
 * capabilities are those of its kind. Both functions return their argument unchanged.
 */
import type { WordKind, CapabilitiesByKind } from "./capabilities.js";
import type { WordCheckContext } from "./context.js";
import type { Arguments, Call, Value } from "./value.js";
import type { Implementations, LoadedImplementation, Parameter, ValueType, Word } from "./registry.js";

/** Checked value of an argument of this type; any value if the type is not specific. */
type ValueOf<T> = [ValueType] extends [T] ? Value : CheckedOf<T>;
type CheckedOf<T> = T extends { readonly is: "number"; readonly unit: infer U }
  ? U extends "share"
    ? { readonly share: number }
    : U extends "share-or-count"
      ? { readonly share: number } | number
      : number
  : T extends { readonly is: "number" }
    ? number
    : T extends { readonly is: "string" | "text" | "column" | "model" }
      ? string
      : T extends { readonly is: "boolean" }
        ? boolean
        : T extends { readonly is: "choice"; readonly of: readonly (infer S extends string)[] }
          ? S
          : T extends { readonly is: "word" }
            ? Call
            : T extends { readonly is: "list"; readonly of: infer E }
              ? readonly ValueOf<E>[]
              : T extends { readonly is: "record"; readonly of: infer E }
                ? { readonly record: Readonly<Record<string, ValueOf<E>>> }
                : T extends { readonly is: "range" }
                  ? { readonly from: number; readonly to: number }
                  : T extends { readonly is: "either"; readonly of: readonly (infer E)[] }
                    ? ValueOf<E>
                    : Value;

type Wide<V> = V extends number ? number : V extends boolean ? boolean : V;
/** Type of the default value. */
type Standing<P> = P extends { readonly default: { readonly value: infer V } }
  ? Wide<V>
  : P extends { readonly default: { from(...given: never[]): infer V } }
    ? V
    : never;
type ArgumentOf<P> = P extends { readonly type: infer T }
  ? With<P extends { readonly positional: "rest" } ? readonly ValueOf<T>[] : ValueOf<T>, Standing<P>>
  : Value;
/** Adds the default's type only if it is not already included. */
type With<V, S> = V | Exclude<S, V>;

/** Parameters whose argument is always set, because they are required or have a default. */
type Given<P> = P extends { readonly default: unknown } | { readonly required: true }
  ? P extends { readonly unless: unknown } | Unwritten
    ? never
    : P
  : never;
type Optional<P> = P extends Unwritten | Given<P> | Unnamed<P> ? never : P;
/** Parameters of any name: open, or declared with a name that is not a literal (see `parameter`). */
type Unnamed<P> = string extends NameOf<P> ? P : never;
/** A parameter that is not implemented. */
type Unwritten = { readonly planned: unknown };
type NameOf<P> = P extends { readonly open: true }
  ? string
  : P extends { readonly name: infer N extends string }
    ? N
    : never;

type Flat<T> = { readonly [K in keyof T]: T[K] } & unknown;
/** Arguments of a call of a word with these parameters, after checks and defaults. */
export type ArgumentsOfParameters<P extends readonly Parameter[]> =
  Flat<
    { [Q in Given<P[number]> as NameOf<Q>]: ArgumentOf<Q> } & {
      [Q in Optional<P[number]> as NameOf<Q>]?: ArgumentOf<Q>;
    } & { [Q in Unnamed<P[number]> as NameOf<Q>]: ArgumentOf<Q> }
  > extends infer A extends Arguments
    ? A
    : never;

/** The capabilities that a kind requires of its words. */
type Says<K extends WordKind, C extends Call> = [CapabilitiesByKind<C>[K]] extends [never]
  ? { readonly capabilities?: `a ${K} says nothing but what every word says` }
  : NonNullable<unknown> extends CapabilitiesByKind<C>[K]
    ? { readonly capabilities?: CapabilitiesByKind<C>[K] }
    : { readonly capabilities: CapabilitiesByKind<C>[K] };

/** A word of an executable kind has `load`, unless it is planned, or is a target that the session serves. */
type Does<K extends WordKind> = K extends keyof Implementations
  ? Running<K> | Planned | (K extends "target" ? Serving : never)
  : NonNullable<unknown>;
interface Running<K extends WordKind> {
  load(): Promise<LoadedImplementation<K>>;
}
interface Planned {
  readonly planned: NonNullable<Word["planned"]>;
}
interface Serving {
  readonly capabilities: { readonly server: unknown };
}

export function defineWord<K extends WordKind, const P extends readonly Parameter[]>(
  word: Omit<Word<K>, "parameters" | "check" | "capabilities"> & {
    readonly parameters: P;
    check?(call: Call<ArgumentsOfParameters<P>>, context: WordCheckContext): void;
  } & Says<K, Call<ArgumentsOfParameters<P>>> &
    Does<K>,
): Word<K, ArgumentsOfParameters<P>> & Says<K, Call<ArgumentsOfParameters<P>>>;
export function defineWord(word: unknown): unknown {
  return word;
}

/** Defines a parameter that several words share. */
export function defineParameter<const P extends Parameter>(one: P): P {
  return one;
}
/** Defines parameters that several words share. */
export function defineParameters<const P extends readonly Parameter[]>(all: P): P {
  return all;
}
