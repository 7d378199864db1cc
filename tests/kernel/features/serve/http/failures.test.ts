/** Error responses: where a retry may succeed, the response says when. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { httpFailureOf } from "#kernel/features/serve/http/failures.js";

describe("JSON schema that cannot be enforced", () => {
  for (const dialect of ["openai", "tei", "hugging-face"] as const)
    it(`is a client error only if it is unusable, ${dialect}`, () => {
      const late = httpFailureOf(new CodedError("schema-not-ready", { why: "it takes more than 5 s" }), dialect, "1");
      assert.deepEqual([late.status, late.retryAfter], [503, 5]);
      const unusable = httpFailureOf(new CodedError("schema-unusable", { why: "it is too large" }), dialect, "1");
      assert.deepEqual([unusable.status, unusable.retryAfter], [400, null]);
    });
});
