/** How plans resolve and show `dropout: auto`. */
import assert from "node:assert/strict";
import { baseDropoutText } from "#dsl/compiler/plan/bases/own-dropout.js";

describe("dropout text of a base", () => {
  it("lists the configured rates without those of task heads", () => {
    const cases: readonly (readonly [object, string])[] = [
      [{ hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, classifier_dropout: null }, "0.1"],
      [{ dropout: 0.1, attention_dropout: 0.1, qa_dropout: 0.3, seq_classif_dropout: 0.2 }, "0.1"],
      [{ resid_pdrop: 0.1, embd_pdrop: 0, attn_pdrop: 0.2, summary_first_dropout: 0.5 }, "0, 0.1 and 0.2"],
      [{ dropout_rate: 0.1, num_layers: 6 }, "0.1"],
      [{ attention_dropout: 0 }, "0"],
    ];
    for (const [config, figures] of cases)
      assert.equal(baseDropoutText(config as Record<string, unknown>), `the base's own, ${figures}`);
  });
  it("omits the rates if the configuration has none", () => {
    assert.equal(baseDropoutText({ hidden_size: 4, dropout: "much", drop_path: 0.1 }), "the base's own");
  });
});
