/** What the demo page's window and its worker say to each other. The proof of a deployment speaks it too. */
import type { PageDemo, ModelInputText } from "#stdlib/targets/shared/page/demo.js";
import type { PredictionView } from "./views.js";

export interface OpenParams {
  readonly demo: PageDemo;
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
  open: { params: OpenParams; result: { readonly milliseconds: number; readonly gap: string | null } };
  ask: { params: ModelInputText; result: PredictionView };
  /** Token ids as the model is fed them. */
  ids: { params: readonly ModelInputText[]; result: readonly (readonly number[])[] };
  /** Where tokens of contexts stand in them. */
  places: { params: readonly ModelInputText[]; result: readonly (readonly number[])[] };
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
