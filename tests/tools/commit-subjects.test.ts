import assert from "node:assert/strict";

/** The program is plain JavaScript without types. */
const { subjectProblem } = (await import(new URL("../../../tools/commit-subjects.mjs", import.meta.url).href)) as {
  subjectProblem(subject: string): string | null;
};

describe("subject of a commit", () => {
  it("is accepted with one area or several, as a merge and as a revert", () => {
    for (const subject of ["readme: show the output", "data, bases: split rows", "Merge branch 'x'", 'Revert "a: b"'])
      assert.equal(subjectProblem(subject), null, subject);
  });

  it("is rejected without an area, or with more than 72 letters", () => {
    assert.match(subjectProblem("Take from what is missing") ?? "", /area: imperative/);
    assert.match(subjectProblem("readme:") ?? "", /area: imperative/);
    assert.equal(subjectProblem(`readme: ${"a".repeat(64)}`), null);
    assert.match(subjectProblem(`readme: ${"a".repeat(65)}`) ?? "", /73 letters/);
  });
});
