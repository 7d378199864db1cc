/**
 * Names of the files in model, adapter and run folders that Tunebook reads. A bundle packs only these: a folder may
 * also hold keys, settings and backups, and no list of forbidden names can be complete.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Files of a model, of its tokenizer or of an adapter, as written by transformers, PEFT and sentence-transformers. */
const MODEL = new RegExp(
  `^(?:${[
    ...["(?:config|generation_config|adapter_config|modules|learnt)\\.json", "README\\.md"],
    ...["(?:adapter_)?model\\.safetensors(?:\\.index\\.json)?", "model-\\d{5}-of-\\d{5}\\.safetensors"],
    ...["tokenizer\\.(?:json|model)", "(?:tokenizer_config|special_tokens_map|added_tokens)\\.json"],
    ...["vocab\\.(?:json|txt)", "merges\\.txt", "(?:spiece|sentencepiece\\.bpe)\\.model"],
    ...["chat_template\\.(?:jinja|json)", "1_Pooling/config\\.json"],
  ].join("|")})$`,
);

/** Files at the top of a run folder that a bundle may pack. Notes, process logs, tracker state and replayed rows are excluded. */
const RUN: ReadonlySet<string> = new Set([
  ...["plan.json", "lock.json", "events.jsonl", "scores.jsonl", "calibration.json", "learnt.json"],
  ...["since-before.json", "scored-data.json", "rows.bin", "heads.safetensors", "README.md"],
]);
const NUMBERED = /^(?:checkpoints\/step-\d{6,}\.safetensors|dynamics\/step-\d{6,}\.z)$/;
const BOUNDS = /^made\/[0-9a-f]{12}\.bounds\.json$/;
/** Folders of a run that contain a model or an adapter. */
const MODELS = /^(?:model|merged|adapter|base|made\/[0-9a-f]{12})\//;

export function isModelFile(path: string): boolean {
  return MODEL.test(path);
}

export function isRunFile(path: string): boolean {
  if (RUN.has(path) || NUMBERED.test(path) || BOUNDS.test(path)) return true;
  return MODELS.test(path) && isModelFile(path.replace(MODELS, ""));
}

/**
 * Returns absolute paths of the regular files below a folder whose relative path (with `/`) is known, in order. Links
 * are not followed.
 */
export function findKnownFiles(folder: string, isKnown: (path: string) => boolean): readonly string[] {
  const found: string[] = [];
  const look = (below: string, depth: number): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isFile() && isKnown(path)) found.push(path);
      else if (entry.isDirectory() && depth < DEEPEST) look(path, depth + 1);
    }
  };
  look("", 0);
  return found.sort().map((path) => join(folder, path));
}
/** Maximum folder depth: `made/HASH/1_Pooling`. */
const DEEPEST = 3;
