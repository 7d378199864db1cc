/** Values of Tune text: plain JSON. */

/**
 * A value after checking. Shares are `{ share: 0.8 }`, durations milliseconds, sizes bytes; `$x` is replaced by its
 * value, or remains `{ live }` for tables.
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | Call
  | { readonly share: number }
  | { readonly live: string }
  | { readonly from: number; readonly to: number }
  | { readonly record: Readonly<Record<string, Value>> }
  | readonly Value[];

export type Arguments = Readonly<Record<string, Value>>;

/** A word with all its arguments, including defaults. */
export interface Call<A extends Arguments = Arguments> {
  readonly word: string;
  readonly kind: string;
  readonly arguments: A;
  /** Content hash of the user's definition; unset for a word of the package. */
  readonly definition?: string;
  /** Parameters written with their usual value, which would otherwise be detected (`Parameter.found`). */
  readonly held?: readonly string[];
}

export type SplitName = string;
