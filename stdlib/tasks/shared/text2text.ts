/** Shared record of text-to-text tasks; each task has its own prefix and metrics. */
import { defineWord, defineParameter } from "#dsl/language/types/define.js";
import type { Word } from "#dsl/language/types/registry.js";
import { seq2seq } from "../../row-formats/seq2seq.js";
import { checkFamilyArchitecture } from "./families.js";
import { labelSmoothingParameter } from "./loss-settings.js";

type Own = Pick<Word, "name" | "doc" | "example"> & {
  readonly prefix: string;
  readonly why: string;
  /** Default metrics. */
  readonly metrics: readonly string[];
  readonly elsewhere: Readonly<Record<string, string>>;
};

export function defineTextToTextTask({ prefix, why, metrics, ...ownRecord }: Own) {
  return defineWord({
    ...ownRecord,
    kind: "task",
    parameters: [prefixParameter(prefix, why), labelSmoothingParameter],
    elsewhere: { label_smoothing_factor: "label_smoothing", ...ownRecord.elsewhere },
    check: (call, context) => checkFamilyArchitecture(call.word, ["encoder-decoder"], context),
    capabilities: {
      peft: "SEQ_2_SEQ_LM",
      pipeline: ownRecord.name.replaceAll("_", "-"),
      /** Required roles. */
      roles: ["input", "target"],
      rowFormat: seq2seq,
      labels: false,
      /** The head is the base's own output embedding. */
      headParameters: (): number => 0,
      canary: "written",
      measures: ["next_token", "written"],
      metrics: metrics.map((metric) => ({ word: metric, kind: "metric", arguments: {} })),
    },
    load: () => import("../text2text_generation.run.js").then((m) => m.text2text),
  });
}

function prefixParameter(value: string, why: string) {
  return defineParameter({
    name: "prefix",
    type: { is: "string" },
    doc: "Put before every input, in training and prediction.",
    default: { value },
    why,
    impact: "high",
  });
}
