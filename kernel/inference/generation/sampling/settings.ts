/**
 * Sampling settings: from the request, else from the model's generation_config.json, else greedy decoding. When a
 * sampling request omits a setting, the model's applies; defaults of other tools (top_k 50) are not used.
 */
import { join } from "node:path";
import { randomInt } from "node:crypto";
import type { ScorePenalties } from "#stdlib/decoders/shared/warp.js";
import type { TokenChoiceOptions } from "#stdlib/decoders/shared/draw.js";
import { readModelJsonObject } from "../../../tensors/model-file.js";
import type { SamplingRequest } from "../generation-request.js";

export interface GenerationConfig {
  readonly sampling: SamplingRequest;
  /** Whether the model samples by default (`do_sample`). */
  readonly draws: boolean;
  /** End-of-text tokens. */
  readonly ends: readonly number[];
}

export function readGenerationConfig(folder: string): GenerationConfig {
  const config = readModelJsonObject(join(folder, "generation_config.json")) ?? {};
  const number = (name: string, least: number): number | undefined => {
    const given = config[name];
    return typeof given === "number" && Number.isFinite(given) && given >= least ? given : undefined;
  };
  const given = {
    temperature: number("temperature", 0),
    topP: number("top_p", 0),
    topK: number("top_k", 0),
    minP: number("min_p", 0),
    repetitionPenalty: number("repetition_penalty", 1e-6),
  };
  const eos = config["eos_token_id"];
  return {
    sampling: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    draws: config["do_sample"] === true,
    ends: (Array.isArray(eos) ? (eos as unknown[]) : [eos]).filter((id): id is number => typeof id === "number"),
  };
}

/**
 * Returns the settings of each of a request's texts by number. Text n is sampled by the seed and n, like the n-th
 * prompt of a cell.
 */
export function samplingSettingsByText(
  requested: SamplingRequest,
  config: GenerationConfig,
): (number: number) => TokenChoiceOptions {
  const all = { ...config.sampling, ...requested };
  const bend: ScorePenalties = {
    repetitionPenalty: all.repetitionPenalty ?? 1,
    ...(requested.frequencyPenalty !== undefined && { frequencyPenalty: requested.frequencyPenalty }),
    ...(requested.presencePenalty !== undefined && { presencePenalty: requested.presencePenalty }),
    ...(requested.bias && { bias: Object.entries(requested.bias).map(([id, added]) => [Number(id), added] as const) }),
  };
  const temperature = temperatureOf(requested, config);
  if (temperature === 0) return () => ({ ...bend, temperature });
  const { topK = 0, topP = 1, minP = 0 } = all;
  const seed = requested.seed ?? randomInt(2 ** 31);
  return (number) => ({ ...bend, temperature, topK, topP, minP, seed, number });
}

/** 0 selects the likeliest token. A request with top-p, top-k or min-p implies sampling. */
function temperatureOf(requested: SamplingRequest, config: GenerationConfig): number {
  if (requested.temperature !== undefined) return requested.temperature;
  if (config.draws) return config.sampling.temperature ?? 1;
  const narrows = (requested.topP ?? 1) < 1 || (requested.topK ?? 0) > 0 || (requested.minP ?? 0) > 0;
  return narrows ? (config.sampling.temperature ?? 1) : 0;
}

/** Whether the engine's likeliest token is always chosen. */
export function isGreedy(drawing: TokenChoiceOptions): boolean {
  const { temperature, repetitionPenalty, frequencyPenalty = 0, presencePenalty = 0, bias = [] } = drawing;
  return (
    temperature === 0 && repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0 && bias.length === 0
  );
}
