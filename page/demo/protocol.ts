/** Messages between the demo page's window and its worker, also used to verify a deployment. */
import type { PageDemo, ModelInputText } from "#stdlib/targets/shared/page/demo.js";
import type { PredictionView } from "./views.js";

export interface OpenParams {
  readonly demo: PageDemo;
  /** base64 of gzip. */
  readonly tokenizer: string;
  readonly runtime: string;
  /** base64 of gzip, or the given file. */
  readonly model: string | ArrayBuffer;
  readonly threads: number;
}
export interface Array32 {
  readonly dtype: "f32" | "i32";
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}
export interface Methods {
  /** `gap`: the token that stands for a hidden word, if the model has one. */
  open: { params: OpenParams; result: { readonly milliseconds: number; readonly gap: string | null } };
  ask: { params: ModelInputText; result: PredictionView };
  /** Returns the token ids that are fed to the model. */
  ids: { params: readonly ModelInputText[]; result: readonly (readonly number[])[] };
  /** Returns the positions of the contexts' tokens. */
  places: { params: readonly ModelInputText[]; result: readonly (readonly number[])[] };
  /** Runs the graph itself, with the program's names. */
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
