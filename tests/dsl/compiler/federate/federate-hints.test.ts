/** Messages for users of Flower and Opacus who write the names used there. */
import assert from "node:assert/strict";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { compiled } from "../../world.js";

const before = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }
model m { base: "minilm", task: text_classification }
`;
function told(settings: string) {
  const text = `${before}federate m on d as f { clients: even(10), ${settings} }`;
  const { diagnostics } = compiled(text);
  assert.equal(diagnostics.length, 1, JSON.stringify(diagnostics.map(({ code }) => code)));
  const [one] = diagnostics;
  const edits = [...(one!.fix?.edits ?? [])].sort((a, b) => b.start - a.start);
  const mended = edits.reduce((whole, e) => whole.slice(0, e.start) + e.text + whole.slice(e.end), text);
  return { code: one!.code, help: diagnosticText(one!).help ?? "", mended };
}

describe("hints for other tools' names in `federate`", () => {
  it("prefer the default word of a key over other words with that parameter", () => {
    for (const name of ["learning_rate", "lr"]) {
      const { help, mended } = told(`${name}: 1e-3`);
      assert.match(help, /belongs to `optimizer: adamw\(learning_rate: …\)`/);
      assert.match(mended, /, optimizer: adamw\(learning_rate: 1e-3\) \}/);
      assert.deepEqual(compiled(mended).codes, []);
    }
    assert.match(told("server_learning_rate: 0.1").help, /aggregate: fedadam\(learning_rate/);
    assert.match(told("beta_1: 0.9").help, /`aggregate: fed/);
  });
  it("suggest `privacy` for strategies that add noise", () => {
    for (const side of ["ServerSideFixed", "ServerSideAdaptive", "ClientSideFixed", "ClientSideAdaptive"]) {
      const { code, help } = told(`aggregate: DifferentialPrivacy${side}Clipping(noise_multiplier: 1)`);
      assert.equal(code, "unknown-word");
      assert.match(help, /`privacy: differential\(8, unit: client\)`/);
    }
    assert.match(told("aggregate: dp_fedavg").help, /`privacy: differential\(8, unit: client\)`/);
  });
  it("suggest `secure_aggregation: true` for names of protocols", () => {
    for (const written of ["SecAggPlus", '"secagg+"', "SecAgg(threshold: 3)"])
      assert.match(told(`secure_aggregation: ${written}`).help, /^write `true`/);
    assert.match(told("SecAggPlus: true").mended, /secure_aggregation: true/);
  });
  it("suggest one client per person for privacy units such as `patient`", () => {
    for (const unit of ["patient", "author", "group"]) {
      const { code, help } = told(`privacy: differential(8, unit: ${unit})`);
      assert.equal(code, "unknown-choice");
      assert.match(help, /clients: by_column\(patient\), privacy: differential\(8, unit: client\)/);
    }
    assert.match(told("privacy: differential(8, unit: user)").help, /^write `client`/);
    assert.match(told("privacy: differential(8, unit: rwo)").help, /^write `row`/);
  });
  it("name the place for a column without a role", () => {
    const { diagnostics } = compiled(before.replace("label: label }", "label: label, site: customer }"));
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["unknown-record-key"],
    );
    assert.match(
      diagnosticText(diagnostics[0]!).help ?? "",
      /other columns are named where they are used.*by_column\(site\)/,
    );
    const near = compiled(before.replace("label: label }", "lable: label }")).diagnostics;
    assert.match(diagnosticText(near[0]!).help ?? "", /^write `label`$/);
  });
});
