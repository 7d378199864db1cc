/** Validation of a teacher's outputs per row. */
import assert from "node:assert/strict";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { checkTeacherOutputs } from "#kernel/features/compress/contract.js";

describe("teacher outputs", () => {
  const told = (...said: number[][]): string => {
    try {
      checkTeacherOutputs(
        "mood",
        said.map((row) => Float32Array.from(row)),
      );
      return "";
    } catch (error) {
      assert.ok(error instanceof CodedError);
      return diagnosticText(error).message;
    }
  };
  it("are accepted if all of them are finite", () => assert.equal(told([1, 2], [-3, 0]), ""));
  it("are rejected with the number of non-finite rows", () => {
    assert.match(told([1, 2], [Number.NaN, 0], [0, Infinity]), /^mood gives non-finite predictions for 2 of 3 rows/);
    assert.match(told([Number.NaN, Number.NaN]), /^mood gives non-finite predictions for all rows/);
  });
});
