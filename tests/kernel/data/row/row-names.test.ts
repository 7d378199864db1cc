/** Rows of splits with separate sources are identified with their split, in errors and in notes about the data. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { prepareMeasuredData } from "#kernel/data/prepare.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { Folder, call } from "../rows/plans.js";

describe("row names with split sources", () => {
  const folder = new Folder();
  after(() => folder.remove());
  const two = (train: string, test: string, more: Partial<DataPlan> = {}): DataPlan =>
    folder.plan(
      {
        train: call("source", "csv", { path: folder.write("a.csv", train) }),
        test: call("source", "csv", { path: folder.write("b.csv", test) }),
      },
      more,
    );
  const parcel = "the parcel came late and nobody knows where it is now";

  it("include the split for conflicts, near-duplicates and dropped rows", async () => {
    const plan = two(`text,label\n,no\n${parcel},no\nhello,yes\n`, `text,label\n${parcel}!,no\nhello,no\n,yes\n`, {
      clean: [call("cleaner", "drop_empty")],
    });
    const { facts } = await prepareMeasuredData(plan, folder.world());
    assert.deepEqual(facts.dropped[0]?.examples, ["1 (train)", "3 (test)"]);
    assert.deepEqual(facts.audit?.conflicts.examples[0]?.rows, ["3 (train)", "2 (test)"]);
    const [pair] = facts.audit?.near[0]?.pairs ?? [];
    assert.deepEqual([pair?.row, pair?.trained.row], ["1 (test)", "2 (train)"]);
  });
  it("include the split in errors, and are plain numbers with a single source", async () => {
    const refused = async (plan: DataPlan): Promise<string> => {
      const error = await prepareMeasuredData(plan, folder.world()).then(
        () => assert.fail("nothing was refused"),
        (one: unknown) => one,
      );
      assert.ok(error instanceof CodedError);
      return error.message;
    };
    const missing = two("text,label\nhello,no\n", "text,label\nhi,no\nho,\n");
    assert.match(await refused(missing), /row 2 \(test\)/);
    const scores = two("text,s\nhello,1\n", "text,s\nhi,good\n", { columns: { text: "text", score: "s" } });
    assert.match(await refused(scores), /^row 1 \(test\) has "good"/);
    const one = folder.plan(call("source", "csv", { path: "b.csv" }), { columns: { text: "text", score: "s" } });
    assert.match(await refused(one), /^row 1 has "good"/);
  });
});
