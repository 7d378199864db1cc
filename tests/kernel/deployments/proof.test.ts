/** proof.json is validated before any of it is reported. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  goldenInputsHash,
  PROOF_FILE,
  makeDeploymentProof,
  readProof,
  type DeploymentProof,
} from "#kernel/deployments/proof.js";
import { proofCardLines, verdictText } from "#kernel/deployments/report.js";

const golden: DeploymentProof["golden"] = { is: "asked", inputs: ["a", ["b", "c"]] };
const proof: DeploymentProof = {
  ...{
    version: 1,
    target: 'onnx("m")',
    runtime: null,
    unproved: "none is here",
    golden,
    inputs: goldenInputsHash(golden),
  },
  expected: { says: ["x", "y"] },
  compared: { inputs: 2, difference: null, greatest: 0, agree: 2 },
  ...{ tolerance: null, verdict: "not run", at: "2026-11-27T00:00:00.000Z", tunebook: "0.2.0" },
};

describe("proof file parser", () => {
  const home = mkdtempSync(join(tmpdir(), "tunebook-proof-"));
  after(() => rmSync(home, { recursive: true }));
  const read = (written: object): DeploymentProof => {
    writeFileSync(join(home, PROOF_FILE), JSON.stringify(written));
    return readProof(home);
  };

  it("round-trips a proof, with its inputs in order", () => {
    assert.deepEqual(read(proof), proof);
  });

  it("reads scores that are not numbers", () => {
    const metrics = { loss: { notebook: Number.NaN, deployed: 0.5, low: null, high: null } };
    const { scores } = read({ ...proof, scores: { rows: 1, dataHash: "0", on: "d.test", metrics } });
    assert.deepEqual(scores?.metrics, metrics);
  });

  it("lists settings that neither side used", () => {
    const fitted = { thresholds: { yes: 0.31 } };
    const deployment = {
      target: { kind: "target", word: "onnx", arguments: {} },
      written: { tolerance: 1e-3 },
      ...{ fitted, tunebook: "0.2.0" },
    };
    const by = { title: "ONNX Runtime", version: "1.0" } as DeploymentProof["runtime"] & object;
    const asked = { golden, expected: { says: ["x", "y"] }, by, compared: proof.compared, verdict: "equal" } as const;
    const made = makeDeploymentProof(deployment as never, asked);
    const words = "same predictions as the notebook, both without the threshold yes 0.310 fitted to validation";
    assert.equal(verdictText(read(made)), words);
    assert.match(proofCardLines(made)[0]!, new RegExp(words));
    assert.equal(
      verdictText(makeDeploymentProof({ ...deployment, fitted: undefined } as never, asked)),
      "same predictions as the notebook",
    );
  });

  it("rejects a part of the wrong type", () => {
    for (const [part, why] of [
      [{ verdict: "splendid" }, /verdict is "splendid"/],
      [{ compared: { inputs: "many" } }, /compared\.inputs is "many"/],
      [{ golden: { is: "guessed", inputs: [] } }, /golden is /],
    ] as const)
      assert.throws(() => read({ ...proof, ...part }), { code: "deployment-unreadable", message: why });
  });
});
