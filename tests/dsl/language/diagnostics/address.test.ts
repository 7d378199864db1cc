import assert from "node:assert/strict";
import {
  hasUrlCredentials,
  urlToStore,
  redactedUrl,
  redactUrlsInText,
  maskUrlSecrets,
  parseStoredUrl,
} from "#dsl/language/diagnostics/address.js";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { renderHtml } from "#dsl/language/diagnostics/render-html.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { compiled } from "../../world.js";

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
  // `new URL` cannot parse this: the port is not a number.
  ["https://ann:wo#rd@host/rows.csv", "https://…"],
  ["rows.csv", "rows.csv"],
  ["which one? this://one", "which one? this://one"],
];

describe("secrets in addresses", () => {
  it("are omitted from shown addresses", () => {
    for (const [address, shown] of SHOWN) assert.equal(redactedUrl(address), shown, address);
  });
  it("are replaced by a mark and the file's checksum in stored addresses", () => {
    const sum = "ab".repeat(32);
    assert.equal(urlToStore("https://host/rows.csv?sig=abc"), "https://host/rows.csv?…");
    assert.equal(urlToStore("https://host/rows.csv?sig=abc", sum), `https://host/rows.csv?…${sum}`);
    assert.equal(urlToStore(`https://host/rows.csv?…${sum}`), "https://host/rows.csv?…");
    assert.equal(urlToStore("https://host/rows.csv", sum), "https://host/rows.csv");
    assert.deepEqual(parseStoredUrl(`https://host/rows.csv?…${sum}`), {
      ...{ address: "https://host/rows.csv", checksum: sum },
    });
    assert.deepEqual(parseStoredUrl("https://host/rows.csv?…"), {
      address: "https://host/rows.csv",
      checksum: null,
    });
    assert.equal(parseStoredUrl("https://host/rows.csv?v=2"), null);
  });
  it("are distinguished from other uses of `@` and `:`", () => {
    for (const text of ["https://ann:word@host/", "http://:word@host", "https:ann:word@host", " https://ann@host"])
      assert.ok(hasUrlCredentials(text), text);
    for (const text of [
      "https://host/a@b",
      "ann@host",
      "mailto:ann@host",
      "C:\\data\\a@b.csv",
      "see https://ann:word@host",
    ])
      assert.ok(!hasUrlCredentials(text), text);
  });
  it("are removed from addresses in a text without changing the punctuation", () => {
    assert.equal(
      redactUrlsInText(
        'could not download https://ann:wo@rd@host/rows.csv?sig=abc: status 403 ("https://host/x?y=1", see https://).',
      ),
      'could not download https://host/rows.csv: status 403 ("https://host/x", see https://).',
    );
    assert.equal(redactUrlsInText("`http://127.0.0.1:8000/v1`"), "`http://127.0.0.1:8000/v1`");
  });
  it("are found in every form that `URL` accepts, with odd characters in a password", () => {
    for (const address of [
      ...["https:/u:planted@h", "https:u:planted@h", "https:\\\\u:planted@h", "https://u:pa planted@h"],
      ...["https://u:a<planted@h", "https://u:pa'planted@h", 'https://u:pa"planted@h', "https:/h/x.csv?sig=planted"],
      ...["https:\\\\h\\x.csv?sig=planted", "https://h/x?sig=a'planted", "git+https:/u:planted@h"],
    ])
      for (const text of [
        address,
        `could not download ${address}: status 403`,
        `(${address})`,
        `csv("${address.replace('"', "")}")`,
      ])
        for (const shown of [redactUrlsInText(text), maskUrlSecrets(text)])
          assert.ok(!shown.includes("planted") && !shown.includes("pa'"), `${text} → ${shown}`);
  });
  it("are redacted without changing other text", () => {
    for (const text of [
      ...["note: a@b.c", "C:\\data\\a@b.csv", "key: value", "mailto:ann@host", "http: what? see ann@host", "https:"],
      ...[
        "https://host:8080 denied: ann@host",
        "https://host and ann@host",
        '["https://host:80","ann@host"]',
        "a ? b : c@d",
      ],
      ...[
        "it's at 'https://host/a', isn't it?",
        "{ https: 1, ftp: ann@host }",
        "(https://host) <ann@host>",
        "http:8080",
      ],
    ])
      for (const shown of [redactUrlsInText(text), maskUrlSecrets(text)]) assert.equal(shown, text);
  });
  it("are found in very long texts within 2 seconds", function () {
    this.timeout(2_000);
    const many = 200_000;
    for (const text of ["https:".repeat(many), `https://${".".repeat(many)}a `, "a:".repeat(many), "a".repeat(many)])
      assert.ok(redactUrlsInText(text).length > 0);
    assert.ok(redactUrlsInText("https://u:p ".repeat(many / 10)).length > 0);
  });
  it("are removed before a message is cut", () => {
    const url = `https://h/?${"q".repeat(3000)} https://u:planted${"p".repeat(2000)}@h/`;
    assert.ok(!textsOfCode("network-failed", { url, why: "" }).message.includes("planted"));
  });
  it("become asterisks of the same length in a program line", () => {
    const stars = (text: string): string => maskUrlSecrets(text);
    assert.equal(stars('csv("https://ann:word@host/rows.csv")'), 'csv("https://********@host/rows.csv")');
    assert.equal(stars('csv("https://host/rows.csv?sig=a b")'), 'csv("https://host/rows.csv********")');
    assert.equal(stars('a("https://ann:w\\"rd@host/x") b'), `a("https://${"*".repeat(16)}") b`);
    assert.equal(stars("// https://host/x?key=abc, and more"), "// https://host/x********, and more");
    for (const line of ['csv("rows.csv")', 'csv("https://host/@a/b")', "a :// b"]) assert.equal(stars(line), line);
  });
  it("do not appear in messages", () => {
    const { message } = textsOfCode("network-failed", { url: "https://ann:word@host/x?sig=abc", why: "status 403" });
    assert.equal(message, "could not download https://host/x: status 403");
  });
  it("do not appear in any rendering of a program, whatever other errors the line has", () => {
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
      JSON.stringify(diagnosticsToJson(diagnostics, sources)),
    ];
    for (const one of shown) assert.ok(!/planted|ted@host|plan@/.test(one), one);
  });
  it("do not appear in excerpts of other diagnostics on the same line", () => {
    const data = "columns: { text: body, label: team } }";
    for (const [text, code] of [
      [`deploy smal to huggingface("me/router", push: "planted")`, "unknown-name"],
      [`deploy smal to huggingface("me/router", push: planted)`, "unknown-name"],
      [
        `data others { source: csv("https://h/x.csv", user: "ann:planted", token: secret(env: T)), ${data}`,
        "user-form",
      ],
      [
        `experiment { name: "x", trackers: mlflow("https://h", user: "ann:planted", token: secret(env: T)) }`,
        "user-form",
      ],
      [`data others { source: csv("https:ann:planted@host/tickets.csv"), colums: {}, ${data}`, "unknown-key"],
      [`data others { source: csv("https:/ann:planted\\u{40}host/tickets.csv"), colums: {}, ${data}`, "unknown-key"],
      [`data others { source: csv("https:/host/tickets.csv?sig=planted"), colums: {}, ${data}`, "unknown-key"],
    ] as const) {
      const { diagnostics, sources } = compiled(text, { table: ["body", "team"] });
      assert.ok(diagnostics.some((one) => one.code === code));
      const shown = [
        renderAnsi(diagnostics, sources, { color: false }),
        renderHtml(diagnostics, sources),
        JSON.stringify(diagnosticsToJson(diagnostics, sources)),
      ];
      for (const one of shown) assert.ok(!one.includes("planted"), one);
    }
  });
});
