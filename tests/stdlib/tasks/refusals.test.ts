import assert from "node:assert/strict";
import type { Implementations } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";
import {
  missingOutputEmbeddingError,
  missingSentenceHeadError,
  missingMaskedLmHeadError,
} from "#stdlib/tasks/shared/refusals.js";

describe("task that a model family does not support", () => {
  it("is rejected with a list of all families that support it", async () => {
    const families = await Promise.all(
      registry
        .ofKind("model")
        .filter((word) => word.load && !word.planned)
        .map(async ({ name, load }) => [name, (await load!()) as Implementations["model"]] as const),
    );
    const those = (has: (family: Implementations["model"]) => boolean): string[] =>
      families.flatMap(([name, family]) => (has(family) ? [name] : [])).sort();
    const told = (error: { readonly data: { readonly families: readonly string[] } }): string[] =>
      [...error.data.families].sort();
    assert.deepEqual(
      told(missingOutputEmbeddingError("t")),
      those(({ shape }) => shape === "decoder"),
    );
    assert.deepEqual(
      told(missingSentenceHeadError("t", "decoder")),
      those(({ sentence }) => sentence !== undefined),
    );
    assert.deepEqual(
      told(missingMaskedLmHeadError("t")),
      those(({ unmaskPaths }) => unmaskPaths !== undefined),
    );
    assert.ok(
      told(missingOutputEmbeddingError("t")).includes("qwen3") &&
        told(missingMaskedLmHeadError("t")).includes("mobilebert"),
    );
  });
});
