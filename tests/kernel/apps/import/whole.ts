/** A program that is carried over completely, for tests that insert a statement which must be listed. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { importSettings } from "#kernel/apps/import/import.js";

export const statements: readonly string[] = [
  "import random",
  "from trl import SFTTrainer, SFTConfig",
  "from datasets import load_dataset",
  "from peft import LoraConfig",
  'ds = load_dataset("json", data_files="d.jsonl", split="train")',
  'args = SFTConfig(output_dir="o", num_train_epochs=2)',
  "peft = LoraConfig(r=8)",
  't = SFTTrainer(model="someone/base", args=args, train_dataset=ds, peft_config=peft)',
  "t.train()",
];
/** Number of statements up to and including each part. */
export const after = { imports: 4, rows: 5, args: 6, peft: 7, trainer: 8 } as const;

/** Returns the program with lines inserted before the statement at that position. */
export const inserted = (lines: string, place: number, of = statements): string =>
  [...of.slice(0, place), lines, ...of.slice(place)].join("\n");

/**
 * Returns the settings that an import lists as not carried over, without `program.`; "refused" if no program is
 * written.
 */
export function lostIn(text: string, file = "a.py"): readonly string[] {
  try {
    return importSettings(text, file).left.map(({ setting }) => setting.replace(/^program\./, ""));
  } catch (error) {
    if (error instanceof CodedError && error.code === "import-refused") return ["refused"];
    throw error;
  }
}
