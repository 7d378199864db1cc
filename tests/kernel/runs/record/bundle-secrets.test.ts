/** Bundles contain no secret: neither its value in any encoding, nor text that looks like one. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { CodedError, textsOfCode, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { checkNoSecrets } from "#kernel/runs/record/bundle/secrets.js";
import type { FileToPack } from "#kernel/runs/record/bundle/write.js";

describe("secret scan of a bundle", function () {
  this.timeout(30_000);
  let root: string;
  let count = 0;
  const fresh = (): string => join(root, String(count++));
  before(() => (root = mkdtempSync(join(tmpdir(), "tunebook-secrets-"))));
  after(() => rmSync(root, { recursive: true, force: true }));

  const file = (content: string | Buffer): string => {
    const path = fresh();
    writeFileSync(path, content);
    return path;
  };

  const secretsIn = (files: readonly FileToPack[], env: NodeJS.ProcessEnv = {}): readonly string[] => {
    try {
      checkNoSecrets(files, env);
      return [];
    } catch (error) {
      assert.ok(error instanceof CodedError && error.code === "bundle-secret");
      const words = textsOfCode(error.code, error.data);
      const all = [words.message, words.help ?? "", ...words.notes].join("\n");
      for (const value of Object.values(env)) assert.ok(!all.includes(value ?? ""), all);
      return (error.data as CodeData["bundle-secret"]).found.map(
        ({ file: at, place, env: name, as }) =>
          `${at}, ${place}: ${name ?? "a shape"}${as === null ? "" : ` as ${as}`}`,
      );
    }
  };
  const program: FileToPack = { path: "a.tune", sort: "program", text: "// one\njudge(secret(env: JUDGE))\n" };
  const rows = (text: string): FileToPack => ({ path: "rows.csv", sort: "data", from: file(`a\n${text}\n`) });
  const notebook = (source: string, output: unknown = "", more: object = {}): FileToPack => ({
    ...{ path: "c.ipynb", sort: "program" },
    text: JSON.stringify(
      {
        cells: [
          { cell_type: "markdown", source: ["# Title\n"] },
          {
            cell_type: "code",
            source: source.split(/(?<=\n)/),
            outputs: [{ output_type: "stream", text: output }],
          },
        ],
        ...more,
      },
      null,
      1,
    ),
  });

  it("finds values of named secrets and text that looks like a secret", () => {
    assert.deepEqual(secretsIn([program], { JUDGE: "correct-horse" }), []);
    const leaks = rows("correct-horse");
    assert.deepEqual(secretsIn([program, leaks], { JUDGE: "correct-horse" }), ["rows.csv, line 2: JUDGE"]);
    assert.deepEqual(secretsIn([program, leaks]), []);
    const address: FileToPack = {
      path: "b.tune",
      sort: "program",
      text: '// a\ncsv("https://me:pa55@example.org/x.csv")',
    };
    assert.deepEqual(secretsIn([address]), ["b.tune, line 2: a shape"]);
    const token = `hf_${"aB3dE5".repeat(6)}`;
    assert.deepEqual(secretsIn([notebook(`const x = "${token}"`, ["ö\n", token])]), [
      "c.ipynb, cell 2: a shape",
      "c.ipynb, an output of cell 2: a shape",
    ]);
    assert.deepEqual(secretsIn([notebook("1", "", { metadata: { token } })]), ["c.ipynb, line 23: a shape"]);
  });

  it("finds secrets of the environment in any encoding of a cell, log or row", () => {
    const value = 'pä55 "wörd"/&<+>?';
    const env = { MY_SERVICE_API_KEY: value, EDITOR: "correct-horse", MONKEY: "correct-horse" };
    const json = JSON.stringify(value).slice(1, -1);
    const ascii = 'p\\u00e455 \\"w\\u00f6rd\\"/&<+>?';
    const forms: readonly (readonly [string | Buffer, string])[] = [
      [value, ""],
      [value.normalize("NFD"), ""],
      [Buffer.from(value, "latin1"), ""],
      [Buffer.from(value, "utf16le"), ""],
      [json, " as JSON"],
      [ascii, " as JSON"],
      [ascii.replaceAll("e4", "E4").replaceAll("f6", "F6"), " as JSON"],
      [JSON.stringify(json).slice(1, -1), " as JSON"],
      [encodeURIComponent(value), " as part of an address"],
      [encodeURIComponent(value).toLowerCase(), " as part of an address"],
      [new URLSearchParams({ key: value }).toString(), " as part of an address"],
      ["p\u00e455 &quot;w\u00f6rd&quot;/&amp;&lt;+&gt;?", " as HTML"],
      [Buffer.from(value).toString("base64"), " as base64"],
      [Buffer.from(value, "latin1").toString("base64url"), " as base64"],
      [`Basic ${Buffer.from(`x:${value}`).toString("base64")}`, " as base64"],
      [Buffer.from(`ann:${value}`).toString("base64"), " as base64"],
      [Buffer.from(`anna:${value}:`).toString("base64"), " as base64"],
      [Buffer.from(value).toString("hex").toUpperCase(), " as hexadecimal digits"],
    ];
    for (const [form, as] of forms) {
      const of: FileToPack = {
        path: "log",
        sort: "data",
        from: file(Buffer.concat([Buffer.from("a\n>"), Buffer.from(form)])),
      };
      assert.deepEqual(secretsIn([of], env), [`log, line 2: MY_SERVICE_API_KEY${as}`], String(form));
      if (typeof form === "string")
        assert.deepEqual(secretsIn([notebook("run()", [`said ${form}`])], env), [
          `c.ipynb, an output of cell 2: MY_SERVICE_API_KEY${as}`,
        ]);
    }
    const lines = "first line of it\nsecond line of it";
    assert.deepEqual(secretsIn([notebook(`const x = \`${lines}\``)], { DB_PWD: lines }), ["c.ipynb, cell 2: DB_PWD"]);
    assert.deepEqual(secretsIn([rows("correct-horse"), notebook("correct-horse")], env), []);
  });

  /** Encodes each character of the value with `write`. */
  const each = (value: string, write: (sign: string, point: number, i: number) => string): string =>
    Array.from(value, (sign, i) => write(sign, sign.codePointAt(0) ?? 0, i)).join("");
  const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, "0");
  const percent = (sign: string): string => Buffer.from(sign).toString("hex").replace(/../g, "%$&");

  it("finds secrets with needless escapes, doubled quotes or numeric character codes", () => {
    const value = `tr0ub4dor'&"3/x`;
    const env = { MY_SERVICE_API_KEY: value };
    const bytes = Buffer.from(value);
    const forms: readonly (readonly [string, string])[] = [
      [`"${value.replaceAll('"', '""')}"`, "CSV"],
      [`'${value.replaceAll("'", "''")}'`, "SQL"],
      [each(value, (_, n) => `\\u${hex(n, 4)}`), "JSON"],
      [each(value, (_, n) => `\\u${hex(n, 4).toUpperCase()}`), "JSON"],
      [each(value, (sign, n, i) => (i % 3 === 0 ? `\\u${hex(n, 4)}` : sign)), "JSON"],
      [each(value, (_, n) => `\\u{${hex(n, 2)}}`), "a program's text"],
      [each(value, (_, n) => `\\U${hex(n, 8)}`), "a program's text"],
      [each(value, (_, n) => `\\x${hex(n, 2)}`), "a program's text"],
      [each(value, (_, n) => `\\${n.toString(8).padStart(3, "0")}`), "a program's text"],
      [each(value, (sign) => (/\w/.test(sign) ? sign : `\\${sign}`)), "a program's text and JSON"],
      [each(value, (_, n) => `&#${String(n)};`), "HTML"],
      [each(value, (_, n) => `&#x${hex(n, 2)};`), "HTML"],
      [each(value, (_, n) => `&#X00${hex(n, 2).toUpperCase()};`), "HTML"],
      [each(value, (sign, n, i) => (i % 2 === 0 ? sign : `&#${String(n)};`)), "HTML"],
      [each(value, percent), "part of an address"],
      [each(value, (sign) => percent(sign).toUpperCase()), "part of an address"],
      [each(value, (sign, _, i) => (i % 2 === 0 ? sign : percent(sign))), "part of an address"],
      [percent(each(value, percent)), "part of an address"],
      [
        bytes
          .toString("hex")
          .replace(/..(?!$)/g, "$&:")
          .toUpperCase(),
        "hexadecimal digits",
      ],
      [bytes.toString("hex").replace(/..(?!$)/g, "$& "), "hexadecimal digits"],
      [bytes.toString("hex").replace(/..(?!$)/g, "$&-"), "hexadecimal digits"],
      [bytes.toString("hex").replace(/..(?!$)/g, "0x$&, "), "hexadecimal digits"],
      [bytes.toString("hex").replace(/.{10}/g, "$&\n"), "hexadecimal digits"],
      [`<Buffer ${bytes.toString("hex").replace(/..(?!$)/g, "$& ")}>`, "hexadecimal digits"],
      [JSON.stringify(bytes), "a list of numbers"],
      [`b[${bytes.join(", ")}]`, "a list of numbers"],
      [bytes.toString("base64").replace(/.{8}/g, "$&\r\n"), "base64"],
      [JSON.stringify(`"${value.replaceAll('"', '""')}"`), "JSON"],
      [each(JSON.stringify(value), (sign, n) => (/\w/.test(sign) ? sign : `&#${String(n)};`)), "HTML"],
      [encodeURIComponent(JSON.stringify(value)), "part of an address"],
    ];
    for (const [form, as] of forms)
      for (const [bits, where] of [
        [Buffer.from(`a\n>${form}<`), "as UTF-8"],
        [Buffer.from(`\ufeffa\n>${form}<`, "utf16le"), "as UTF-16"],
      ] as const)
        assert.deepEqual(
          secretsIn([{ path: "log", sort: "data", from: file(bits) }], env),
          [`log, line ${form.startsWith("\n") ? "3" : "2"}: MY_SERVICE_API_KEY as ${as}`],
          `${form} ${where}`,
        );
    for (const [form, as] of forms)
      assert.deepEqual(
        secretsIn([notebook("run()", [`said ${form}`])], env),
        [`c.ipynb, an output of cell 2: MY_SERVICE_API_KEY as ${as}`],
        form,
      );
  });

  it("finds secrets in any mix of escapes, with any characters and neighbours", () => {
    let seed = 7;
    const draw = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    const spelt = (sign: string): string => {
      const n = sign.codePointAt(0) ?? 0;
      const units = Array.from({ length: sign.length }, (_, i) => `\\u${hex(sign.charCodeAt(i), 4)}`).join("");
      const ways = [sign, units, `&#${String(n)};`, `&#x${hex(n, 4)};`, percent(sign), `\\u{${hex(n, 1)}}`];
      // Unescaped, the character would start another escape sequence.
      return ways[/[\\%&"'$]/.test(sign) ? 1 + draw(5) : draw(6)] ?? sign;
    };
    const signs = Array.from("abcXYZ019 _-+/=%&$\\\"'#;:{}äß€😀");
    for (let i = 0; i < 400; i++) {
      const value = `k${Array.from({ length: 8 + draw(16) }, () => signs[draw(signs.length)]).join("")}9`;
      const form = each(value, spelt);
      const log: FileToPack = { path: "log", sort: "data", from: file(`a, "" \\ %\n[${form}] 100 %`) };
      const [found = ""] = secretsIn([log], { MY_SERVICE_API_KEY: value });
      assert.match(found, /^log, line 2: MY_SERVICE_API_KEY/, `${value} as ${form}`);
    }
  });

  it("takes linear time for large and binary files", () => {
    const env = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`K${String(i)}_API_KEY`, `tr0ub4dor&${String(i)}-${"x".repeat(20)}`]),
    );
    const size = 2 ** 20;
    const all: Readonly<Record<string, Buffer>> = {
      backslashes: Buffer.alloc(size, "\\"),
      escapes: Buffer.alloc(size, "\\u0041&#65;%41"),
      percents: Buffer.alloc(size, "%41"),
      quotes: Buffer.alloc(size, '""'),
      "ampersands and nothing": Buffer.alloc(size, "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
      numbers: Buffer.alloc(size, "[116,114, 48]"),
      letters: Buffer.alloc(size, "acgt"),
      "addresses without an end": Buffer.alloc(size, "a://b:c"),
      weights: Buffer.from(Float32Array.from({ length: size / 4 }, (_, i) => Math.sin(i)).buffer),
    };
    const took = Object.entries(all).map(([what, bytes]) => {
      const from = file(bytes);
      const began = performance.now();
      assert.deepEqual(secretsIn([{ path: "x", sort: "data", from }], env), [], what);
      return [what, Math.round(performance.now() - began)] as const;
    });
    const slow = took.filter(([, ms]) => ms > 8000);
    assert.deepEqual(slow, [], "milliseconds for 1 MiB");
    for (const what of Object.keys(all)) {
      const from = file(
        Buffer.concat([all[what]!, Buffer.from("\nX\\u0074\\u0072%30ub4dor&amp;19-" + "x".repeat(20))]),
      );
      const [found = ""] = secretsIn([{ path: "x", sort: "data", from }], env);
      assert.match(found, /^x, line \d+: K19_API_KEY as /, what);
    }
  });

  it("finds passwords of addresses in variables, also inside gzip files", () => {
    const env = {
      DATABASE_URL: "postgres://ann:pa55%2Fw0rd@db.example.org/x",
      HTTP_PROXY: "http://me:postgres@proxy:1",
    };
    assert.deepEqual(secretsIn([rows("pa55/w0rd"), rows("postgres")], env), ["rows.csv, line 2: DATABASE_URL"]);
    assert.deepEqual(secretsIn([rows("pa55%2fw0rd")], env), ["rows.csv, line 2: DATABASE_URL as part of an address"]);
    const packed = (text: string): FileToPack => ({ path: "rows.csv.gz", sort: "data", from: file(gzipSync(text)) });
    assert.deepEqual(secretsIn([packed("a\nb\npa55/w0rd\n")], env), ["rows.csv.gz, line 3: DATABASE_URL"]);
    assert.deepEqual(secretsIn([packed("a\nb\n")], env), []);
    const torn: FileToPack = { path: "torn.gz", sort: "data", from: file(gzipSync("pa55/w0rd").subarray(0, 12)) };
    assert.deepEqual(secretsIn([torn], env), []);
  });

  it("ignores placeholders for passwords and reads one-byte files", () => {
    const addresses = [
      "postgres://${user}:${process.env.PGPASS}@host/db",
      "postgres://{user}:{pw}@host",
      "https://user:***@host",
      "http://USER:PASSWORD@proxy",
      "https://me:<password>@host",
      "https://me:$PASS@host",
    ];
    assert.deepEqual(secretsIn([notebook(addresses.join("\n"))]), []);
    assert.deepEqual(secretsIn([notebook(`${addresses.join("\n")}\nhttps://me:hunter22@host`)]), [
      "c.ipynb, cell 2: a shape",
    ]);
    const nothing: FileToPack = { path: "x", sort: "data", from: file(Buffer.alloc(1)) };
    assert.deepEqual(secretsIn([nothing], { A_TOKEN: "s3kr3t-V4lue99x" }), []);
  });

  it("ignores paths, switches and plain words under any variable name", () => {
    const env = {
      ...{ TLS_KEY: "/etc/ssl/private", GOOGLE_CREDENTIALS: "~/google.json", POSTGRES_PASSWORD: "postgres" },
      ...{ USE_TOKEN: "1", MAX_TOKENS: "123456789", HF_TOKEN: "", API_KEY: "short", PWD: "/home/ann/work" },
    };
    const all = Object.values(env).join("\n");
    assert.deepEqual(secretsIn([rows(all), { ...program, text: all }], env), []);
    // The program itself contains the value, so it is not a secret there.
    assert.deepEqual(secretsIn([program, rows("postgres")], { JUDGE: "postgres" }), ["rows.csv, line 2: JUDGE"]);
  });
  it("finds nothing in the project's notebooks and programs", () => {
    const folder = fileURLToPath(new URL("../../../../../notebooks", import.meta.url));
    const own = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && /\.(ipynb|tune)$/.test(one.name))
      .map((one): FileToPack => ({ path: one.name, sort: "program", from: join(one.parentPath, one.name) }));
    assert.ok(own.length > 3);
    assert.deepEqual(
      secretsIn(own, { GPG_KEY: "A035C8C19219BA821ECEA86B64E628F8D684696D", NPM_TOKEN: "tunebook" }),
      [],
    );
  });
});
