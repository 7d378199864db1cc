/** Messages between the demo page's window and its worker, also used to verify a deployment. */
import type { PageDemoData, ModelInputText } from "#stdlib/targets/shared/page/demo.js";
import type { PredictionView } from "./views.js";

export interface OpenDemoParams {
  readonly demo: PageDemoData;
  /** base64 of gzip. */
  readonly tokenizer: string;
  readonly runtime: string;
  /** base64 of gzip, or the given file. */
  readonly model: string | ArrayBuffer;
  readonly threads: number;
}
export interface TransferredTensor {
  readonly dtype: "f32" | "i32";
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
}
export interface DemoWorkerMethods {
  /** `gap`: the token that stands for a hidden word, if the model has one. */
  open: { params: OpenDemoParams; result: { readonly milliseconds: number; readonly gap: string | null } };
  ask: { params: ModelInputText; result: PredictionView };
  /** Returns the token ids that are fed to the model. */
  ids: { params: readonly ModelInputText[]; result: readonly (readonly number[])[] };
  /** Returns the positions of the contexts' tokens. */
  places: { params: readonly ModelInputText[]; result: readonly (readonly number[])[] };
  /** Runs the graph itself, with the program's names. */
  run: {
    params: { readonly feeds: Readonly<Record<string, TransferredTensor>>; readonly wanted: readonly string[] };
    result: Readonly<Record<string, TransferredTensor>>;
  };
}
export type DemoWorkerMethodName = keyof DemoWorkerMethods;
export type DemoWorkerRequest = {
  [M in DemoWorkerMethodName]: {
    readonly id: number;
    readonly method: M;
    readonly params: DemoWorkerMethods[M]["params"];
  };
}[DemoWorkerMethodName];
export type DemoWorkerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };
