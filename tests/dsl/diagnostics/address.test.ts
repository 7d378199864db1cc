import assert from "node:assert/strict";
import {
  hasAccount,
  keptAddress,
  shownAddress,
  shownAddresses,
  starredAddresses,
  withoutQuery,
} from "#dsl/diagnostics/address.js";
import { wordsOf } from "#dsl/diagnostics/codes.js";
import { renderAnsi } from "#dsl/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/diagnostics/render-html.js";
import { toJson } from "#dsl/diagnostics/render-json.js";
import "#kernel/fetch/codes.js";
import { compiled } from "../world.js";

const SHOWN: readonly (readonly [address: string, shown: string])[] = [
  ["https://host/rows.csv", "https://host/rows.csv"],
  ["https://Host/@scope/pkg@1.0/rows.csv", "https://Host/@scope/pkg@1.0/rows.csv"],
  ["https://ann:word@host/rows.csv", "https://host/rows.csv"],
  ["https://ann:wo@rd@host/rows.csv", "https://host/rows.csv"],
  ["https://token@host/rows.csv", "https://host/rows.csv"],
  ["https://host/rows.csv?sig=abc&x=a@b", "https://host/rows.csv"],
  ["https://host/rows.csv#token", "https://host/rows.csv"],
  ["postgres://ann:word@host/db", "postgres://host/db"],
  ["https:ann:word@host/rows.csv", "https://host/rows.csv"],
  // `URL` can't read it: the port is no number.
  ["https://ann:wo#rd@host/rows.csv", "https://…"],
  ["rows.csv", "rows.csv"],
  ["which one? this://one", "which one? this://one"],
];

describe("secret parts of addresses", () => {
  it("are left out of what is shown", () => {
    for (const [address, shown] of SHOWN) assert.equal(shownAddress(address), shown, address);
  });
  it("leave a mark where a query was, and the checksum of the file", () => {
    const sum = "ab".repeat(32);
    assert.equal(keptAddress("https://host/rows.csv?sig=abc"), "https://host/rows.csv?…");
    assert.equal(keptAddress("https://host/rows.csv?sig=abc", sum), `https://host/rows.csv?…${sum}`);
    assert.equal(keptAddress(`https://host/rows.csv?…${sum}`), "https://host/rows.csv?…");
    assert.equal(keptAddress("https://host/rows.csv", sum), "https://host/rows.csv");
    assert.deepEqual(withoutQuery(`https://host/rows.csv?…${sum}`), {
      ...{ address: "https://host/rows.csv", checksum: sum },
    });
    assert.deepEqual(withoutQuery("https://host/rows.csv?…"), { address: "https://host/rows.csv", checksum: null });
    assert.equal(withoutQuery("https://host/rows.csv?v=2"), null);
  });
  it("are told from signs that only look like them", () => {
    for (const text of ["https://ann:word@host/", "http://:word@host", "https:ann:word@host", " https://ann@host"])
      assert.ok(hasAccount(text), text);
    for (const text of [
      "https://host/a@b",
      "ann@host",
      "mailto:ann@host",
      "C:\\data\\a@b.csv",
      "see https://ann:word@host",
    ])
      assert.ok(!hasAccount(text), text);
  });
  it("are left out of addresses within a text, with the signs around them kept", () => {
    assert.equal(
      shownAddresses(
        'could not fetch https://ann:wo@rd@host/rows.csv?sig=abc: status 403 ("https://host/x?y=1", see https://).',
      ),
      'could not fetch https://host/rows.csv: status 403 ("https://host/x", see https://).',
    );
    assert.equal(shownAddresses("`http://127.0.0.1:8000/v1`"), "`http://127.0.0.1:8000/v1`");
  });
  it("become as many stars in a line of a program", () => {
    const stars = (text: string): string => starredAddresses(text);
    assert.equal(stars('csv("https://ann:word@host/rows.csv")'), 'csv("https://********@host/rows.csv")');
    assert.equal(stars('csv("https://host/rows.csv?sig=a b")'), 'csv("https://host/rows.csv********")');
    assert.equal(stars('a("https://ann:w\\"rd@host/x") b'), `a("https://${"*".repeat(16)}") b`);
    assert.equal(stars("// https://host/x?key=abc, and more"), "// https://host/x********, and more");
    for (const line of ['csv("rows.csv")', 'csv("https://host/@a/b")', "a :// b"]) assert.equal(stars(line), line);
  });
  it("are in no message, whichever address it was given", () => {
    const { message } = wordsOf("network-failed", { url: "https://ann:word@host/x?sig=abc", why: "status 403" });
    assert.equal(message, "could not fetch https://host/x: status 403");
  });
  it("are in no rendering of a program that has them, whatever else is wrong on the line", () => {
    const text = `data tickets { source: csv("https://host/tickets.csv?sig=planted"), columns: { text: body, label: labl } }
data others { source: csv("https://ann:plan@ted@host/tickets.csv"), columns: { text: body, label: team } }
experiment { name: "router", trackers: mlflow("http://127.0.0.1:5000", token: "planted") }`;
    const { diagnostics, sources } = compiled(text, { table: ["body", "label", "team"] });
    assert.deepEqual(diagnostics.map(({ code }) => String(code)).sort(), [
      ...["address-with-account", "secret-in-text", "unknown-column"],
    ]);
    const shown = [
      renderAnsi(diagnostics, sources, { color: false }),
      renderHtml(diagnostics, sources),
      JSON.stringify(toJson(diagnostics, sources)),
    ];
    for (const one of shown) assert.ok(!/planted|ted@host|plan@/.test(one), one);
  });
});
