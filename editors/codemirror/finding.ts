/**
 * The assistant's answers about a text, as received over a comm or from a worker. Offsets are UTF-16 units, as in
 * CodeMirror.
 */
export interface Finding {
  readonly from: number;
  readonly to: number;
  readonly severity: string;
  readonly code?: string;
  readonly message: string;
  readonly help?: string;
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly { readonly from: number; readonly to: number; readonly text: string }[];
  };
}
export interface FoundPage {
  readonly start?: number;
  readonly end?: number;
  readonly markdown: string;
}
