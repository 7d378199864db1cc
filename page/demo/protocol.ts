/** What the demo page's window and its worker say to each other. The proof of a deployment speaks it too. */
import type { Demo, AskedText } from "#stdlib/targets/shared/page/demo.js";
import type { View } from "./views.js";

export interface Opening {
  readonly demo: Demo;
  /** base64 of gzip. */
  readonly tokenizer: string;
  readonly runtime: string;
  /** The same, or the file that was given. */
  readonly model: string | ArrayBuffer;
  readonly threads: number;
}
export interface Array32 {
  readonly dtype: "f32" | "i32";
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}
export interface Methods {
  /** `gap`: the token that stands for a hidden word, of a model that names them. */
  open: { params: Opening; result: { readonly milliseconds: number; readonly gap: string | null } };
  ask: { params: AskedText; result: View };
  /** Token ids as the model is fed them. */
  ids: { params: readonly AskedText[]; result: readonly (readonly number[])[] };
  /** Where tokens of contexts stand in them. */
  places: { params: readonly AskedText[]; result: readonly (readonly number[])[] };
  /** The graph itself, by the program's names. */
  run: {
    params: { readonly feeds: Readonly<Record<string, Array32>>; readonly wanted: readonly string[] };
    result: Readonly<Record<string, Array32>>;
  };
}
export type Method = keyof Methods;
export type Request = {
  [M in Method]: { readonly id: number; readonly method: M; readonly params: Methods[M]["params"] };
}[Method];
export type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };
