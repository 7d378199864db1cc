/**
 * Data of a demo page about its model: JSON in the page, written by the target `page`, read by the page's scripts
 * (page/demo).
 */
import type { Call } from "#dsl/language/types/value.js";
import type { FittedCalibration } from "../../../calibrations/kind.js";
import type { GraphFile } from "../../kind.js";

/** A text, or a pair of texts. */
export type ModelInputText = string | readonly [string, string];

export interface PageDemoData {
  readonly version: 1;
  /** Name in the notebook. */
  readonly name: string;
  readonly task: Call;
  readonly labels: readonly string[];
  /** Whether inputs are pairs of texts. */
  readonly pairs: boolean;
  /** Whether token types distinguish the two texts. */
  readonly tokenTypes: boolean;
  readonly maxLength: number;
  readonly fitted?: FittedCalibration;
  readonly graph: GraphFile;
  /** config.json, which limits the tokenizer's ids. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly examples: readonly ModelInputText[];
  /** Lines about the model: its origin, its licence, its quantization. */
  readonly card: readonly string[];
  readonly model: DemoModelFile;
}
export interface DemoModelFile {
  readonly bytes: number;
  readonly sha256: string;
  /** Name of the model file that the user must select if it is not in the page; null if the page contains it. */
  readonly file: string | null;
}

/** Elements of the page with data: base64 of gzip, except `demo`, which is JSON. */
export const PAGE_DATA_PARTS = ["demo", "tokenizer", "runtime", "model", "worker"] as const;
export type PageDataPart = (typeof PAGE_DATA_PARTS)[number];
