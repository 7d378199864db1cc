import assert from "node:assert/strict";
import { crc32c, eventRecordBytes } from "#stdlib/trackers/shared/event-file.js";
import { safeFolderName, mlflowKeyName } from "#stdlib/trackers/shared/names.js";

describe("event files", () => {
  it("have the checksum of the examples in RFC 3720", () => {
    assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  });
  it("consist of records with a length", () => {
    const bytes = eventRecordBytes([
      { at: 1000, what: { is: "version" } },
      { at: 2000, step: 3, what: { is: "values", values: [{ tag: "train/loss", scalar: 0.5 }] } },
    ]);
    const view = new DataView(bytes.buffer);
    const first = Number(view.getBigUint64(0, true));
    const second = Number(view.getBigUint64(first + 16, true));
    assert.equal(first + second + 32, bytes.length);
    assert.match(Buffer.from(bytes).toString("latin1"), /brain\.Event:2/);
  });
});

describe("tracker names", () => {
  it("are safe as folder names", () => {
    for (const name of ["../../etc", "..", "a/b\\c", "", " . ", "\0x", "con:aux", "ü".repeat(300)]) {
      const folder = safeFolderName(name);
      assert.ok(folder.length > 0 && folder.length <= 100 && !/[\\/\0:]|^\.|\.$/.test(folder), JSON.stringify(folder));
    }
  });
  it("are valid MLflow keys", () => {
    assert.equal(mlflowKeyName("tickets.test/f1(macro)"), "tickets.test/f1_macro");
    assert.equal(mlflowKeyName("tickets.test/recall_at(k: 5) low"), "tickets.test/recall_at_k: 5 low");
    assert.equal(mlflowKeyName("//x"), "x");
    assert.equal(mlflowKeyName("(((").length > 0, true);
  });
});
