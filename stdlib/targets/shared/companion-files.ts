/** Writes the files that accompany every graph: the config with its label names, and the tokenizer's files. */
import type { ModelToDeploy, TargetWriter } from "../kind.js";

export async function writeConfigAndTokenizer(model: ModelToDeploy, out: TargetWriter): Promise<void> {
  await out.write("config.json", `${JSON.stringify(model.config, null, 2)}\n`);
  await out.copy(model.files);
}
