/** Requests of tests to served models. */
import assert from "node:assert/strict";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { PredictionInput } from "#kernel/data/encoding/encoded.js";
import type { ServedModels } from "#kernel/features/serve/models/served-models.js";
import type { ModelLease, GenerationRequest } from "#kernel/features/serve/contract.js";

export const TEXTS = ["good bad a", "the fine poor kind mean who b", "kind", "was trained good c", "who bad bad bad d"];

export async function held<T>(models: ServedModels, name: string, does: (model: ModelLease["model"]) => Promise<T>) {
  const { model, release } = models.hold(name);
  try {
    return await does(model);
  } finally {
    release();
  }
}

export function answered(models: ServedModels, name: string, texts: readonly PredictionInput[]) {
  return held(models, name, async (model) =>
    (await model.predict(texts, { truncate: true })).map(({ prediction }) => prediction),
  );
}

/** Returns the greedy completion with at most the given number of tokens. */
export function written(models: ServedModels, name: string, prompt: GenerationRequest["prompt"], maxTokens: number) {
  return held(models, name, async (model) => {
    const asked = { truncate: true, stop: [], choices: 1, maxTokens, sampling: { temperature: 0 } };
    let text = "";
    for await (const bit of await model.write({ ...asked, prompt })) text += bit.text;
    return text;
  });
}

/** Returns a matcher for `assert.rejects`. */
export function coded<C extends keyof CodeData>(code: C, data: Partial<CodeData[C]> = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof CodedError && error.code === code, String(error));
    assert.deepEqual({ ...(error.data as object), ...data }, error.data);
    return true;
  };
}

/** Asserts equality; numbers may differ by `most`. */
export function close(got: unknown, wanted: unknown, most: number, at = "it"): void {
  if (typeof wanted === "number")
    assert.ok(Math.abs((got as number) - wanted) <= most, `${at}: ${String(got)} is not ${String(wanted)}`);
  else if (typeof wanted === "object" && wanted !== null) {
    assert.deepEqual(Object.keys(got as object), Object.keys(wanted), at);
    for (const [key, value] of Object.entries(wanted))
      close((got as Record<string, unknown>)[key], value, most, `${at}.${key}`);
  } else assert.deepEqual(got, wanted, at);
}
