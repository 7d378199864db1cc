/** What a demo page knows of its model: JSON in the page, written by the target `page`, read by the page's own scripts (page/demo). */
import type { Call } from "#dsl/language/types/value.js";
import type { FittedCalibration } from "../../../calibrations/kind.js";
import type { GraphFile } from "../../kind.js";

/** A text, or two that belong together. */
export type ModelInputText = string | readonly [string, string];

export interface PageDemo {
  readonly version: 1;
  /** As the notebook calls the model. */
  readonly name: string;
  readonly task: Call;
  readonly labels: readonly string[];
  /** Whether it is asked about two texts at once. */
  readonly pairs: boolean;
  /** Whether those are told apart by a type for each token. */
  readonly tokenTypes: boolean;
  readonly maxLength: number;
  readonly fitted?: FittedCalibration;
  readonly graph: GraphFile;
  /** config.json: it bounds the tokenizer's ids. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly examples: readonly ModelInputText[];
  /** Lines about the model: what it began from, its licence, what was rounded. */
  readonly card: readonly string[];
  readonly model: DemoModelFile;
}
export interface DemoModelFile {
  readonly bytes: number;
  readonly sha256: string;
  /** The name of its file, where it doesn't lie in the page: whoever opens the page gives it. Null: it lies in the page. */
  readonly file: string | null;
}

/** Elements of the page that hold data: base64 of gzip, but for `demo`, which is JSON. */
export const PAGE_DATA_PARTS = ["demo", "tokenizer", "runtime", "model", "worker"] as const;
export type PageDataPart = (typeof PAGE_DATA_PARTS)[number];
