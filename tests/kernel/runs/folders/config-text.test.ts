/** config.json is written so that transformers, which distinguishes 1 from 1.0, reads it; the values are unchanged. */
import assert from "node:assert/strict";
import { modelConfigJsonText } from "#kernel/runs/folders/config-text.js";

describe("config.json writer", () => {
  it("writes floats with a fraction only where transformers expects them", () => {
    const config = {
      initializer_factor: 1,
      initializer_range: 0.02,
      rms_norm_eps: 1e-6,
      logit_scale: 2,
      final_logit_softcapping: 30,
      attn_logit_softcapping: null,
      num_layers: 2,
      note: '"logit_scale": 2',
      text: { layer_norm_eps: 1 },
    };
    const text = modelConfigJsonText(config);
    assert.deepEqual(JSON.parse(text), config);
    assert.equal(
      text,
      `{
  "initializer_factor": 1.0,
  "initializer_range": 0.02,
  "rms_norm_eps": 0.000001,
  "logit_scale": 2.0,
  "final_logit_softcapping": 30.0,
  "attn_logit_softcapping": null,
  "num_layers": 2,
  "note": "\\"logit_scale\\": 2",
  "text": {
    "layer_norm_eps": 1.0
  }
}
`,
    );
  });
});
