/**
 * Opens the base of a deployed model from its files: config.json, tokenizer, template. The runtime opens the weights.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { loadTokenizer } from "../bases/tokenizer.js";
import type { BaseModel } from "../bases/base.js";
import type { OpenModelForPrediction } from "../inference/input-texts.js";
import { readModelJsonObject } from "../tensors/model-file.js";
import { modelAndDataPlanOf, type Deployment } from "./deployment.js";
import { graphSessionOf } from "./graph-session.js";
import type { OpenedModel } from "./runtime.js";

/**
 * `home`: folder of tunebook.json, config.json and the tokenizer. Coded errors: `deployment-unreadable`, those of
 * tokenizers.
 */
export async function deployedPredictorOf(
  home: string,
  d: Deployment,
  opened: OpenedModel,
): Promise<OpenModelForPrediction> {
  const config = d.config ?? readModelJsonObject(join(home, "config.json"));
  if (!config)
    throw new CodedError("deployment-unreadable", { file: join(home, "config.json"), why: "it does not exist" });
  const base: BaseModel = {
    folder: home,
    files: readdirSync(home),
    hash: "",
    from: "folder",
    facts: {
      folder: home,
      hash: "",
      family: d.family,
      config,
      parameters: 0,
      shapes: {},
      hasTokenizer: true,
      positions: d.max_length,
    },
  };
  return {
    plan: modelAndDataPlanOf(d, home),
    labels: labelsIn(config, d),
    session: opened.session ?? graphSessionOf(opened, d.written),
    base,
    tokenizer: await loadTokenizer(home),
  };
}

/** Returns the labels as named in config.json; none for tasks without labels. */
function labelsIn(config: Readonly<Record<string, unknown>>, { labels }: Deployment): readonly string[] {
  const names = config["id2label"];
  if (labels.length === 0 || typeof names !== "object" || names === null) return labels;
  return Object.entries(names)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => String(name));
}
