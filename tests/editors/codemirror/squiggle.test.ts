import assert from "node:assert/strict";
import { forEachDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, type TransactionSpec } from "@codemirror/state";
import fc from "fast-check";
import type { Finding } from "#editors/codemirror/finding.js";
import { mend, squiggle } from "#editors/codemirror/squiggle.js";

const finding: Finding = { from: 2, to: 5, severity: "warning", message: "`rnak` is no key", code: "unknown-key" };

/** Returns the diagnostics as CodeMirror's linter stores them. */
function kept(text: string, diagnostics: readonly Diagnostic[]): readonly (readonly [number, number, string])[] {
  const state = EditorState.create({ doc: text });
  const marked = state.update(setDiagnostics(state, diagnostics)).state;
  const found: [number, number, string][] = [];
  forEachDiagnostic(marked, ({ severity }, from, to) => found.push([from, to, severity]));
  return found;
}

describe("squiggle", () => {
  it("is at the place of its diagnostic", () => {
    assert.deepEqual(kept("0123456789", [squiggle(finding, 10)]), [[2, 5, "warning"]]);
    assert.equal(squiggle(finding, 10).source, "tune");
    assert.equal(squiggle(finding, 10).message, "`rnak` is no key");
  });

  it("marks the previous character for an empty range", () => {
    const at = (from: number): readonly [number, number] => {
      const { from: start, to } = squiggle({ ...finding, from, to: from }, 10);
      return [start, to];
    };
    assert.deepEqual(at(10), [9, 10]);
    assert.deepEqual(at(1), [0, 1]);
    assert.deepEqual(at(0), [0, 0]);
  });

  it("stays inside the text for any received offsets", () => {
    const offset = fc.oneof(fc.integer(), fc.double(), fc.constant(NaN));
    fc.assert(
      fc.property(offset, offset, fc.nat(50), (from, to, length) => {
        const mark = squiggle({ ...finding, from, to }, length);
        assert.ok(mark.from >= 0 && mark.from <= mark.to && mark.to <= length, JSON.stringify(mark));
      }),
    );
  });

  it("is an error for an unknown severity", () => {
    assert.equal(squiggle({ ...finding, severity: "info" }, 10).severity, "info");
    assert.equal(squiggle({ ...finding, severity: "fatal" }, 10).severity, "error");
  });

  it("has a button with a plain name if there is a fix", () => {
    const fix = { title: "write `rank`", edits: [{ from: 2, to: 5, text: "rank" }] };
    assert.deepEqual(
      squiggle({ ...finding, fix }, 10).actions?.map(({ name }) => name),
      ["write rank"],
    );
    assert.equal(squiggle(finding, 10).actions, undefined);
  });

  it("is fixed by all edits, with offsets in the original text", () => {
    let state = EditorState.create({ doc: "ab cd ef" });
    const view = { dispatch: (spec: TransactionSpec) => void (state = state.update(spec).state) };
    mend(view, {
      title: "",
      edits: [
        { from: 0, to: 2, text: "A" },
        { from: 6, to: 8, text: "" },
        { from: 3, to: 3, text: "longer " },
      ],
    });
    assert.equal(state.doc.toString(), "A longer cd ");
  });
});
