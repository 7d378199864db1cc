/**
 * The ways in which a text may stand in a file: as it is, as JSON, addresses, HTML, base64 and hexadecimal digits write it, in
 * either of Unicode's compositions, in UTF-8, UTF-16 and Latin-1. Bytes are looked for, so that a file needn't be decoded.
 */

export interface Form {
  readonly bytes: Buffer;
  /** Null: as it is. */
  readonly as: "JSON" | "part of an address" | "HTML" | "base64" | "hexadecimal digits" | null;
}

/** Of what is encoded by bits: a shorter part stands anywhere by chance. */
const SHORTEST = 8;

/** No form twice, the plainest first. */
export function formsOf(value: string): readonly Form[] {
  const spellings = [...new Set([value, value.normalize("NFC"), value.normalize("NFD")])];
  const texts = spellings.flatMap((one) => [
    { text: one, as: null },
    ...jsonForms(one).map((text) => ({ text, as: "JSON" as const })),
    ...addressForms(one).map((text) => ({ text, as: "part of an address" as const })),
    ...htmlForms(one).map((text) => ({ text, as: "HTML" as const })),
  ]);
  const bits = spellings.flatMap((one) =>
    bytesOf(one).flatMap((bytes) => [
      ...base64Forms(bytes).map((text) => ({ text, as: "base64" as const })),
      ...bothCases(bytes.toString("hex"), /[a-f]/g).map((text) => ({ text, as: "hexadecimal digits" as const })),
    ]),
  );
  const found = new Map<string, Form>();
  for (const { text, as } of [...texts, ...bits])
    for (const bytes of bytesOf(text)) {
      const key = bytes.toString("latin1");
      if (!found.has(key)) found.set(key, { bytes, as });
    }
  return [...found.values()];
}

function bytesOf(text: string): readonly Buffer[] {
  const narrow = [...text].every((sign) => sign.charCodeAt(0) < 256);
  return [
    Buffer.from(text, "utf8"),
    ...(narrow ? [Buffer.from(text, "latin1")] : []),
    Buffer.from(text, "utf16le"),
    Buffer.from(text, "utf16le").swap16(),
  ];
}

/** As JSON has it, signs beyond ASCII escaped or not; and JSON in JSON, as a log or an output of a cell may hold it. */
function jsonForms(value: string): readonly string[] {
  const inside = (text: string): string => JSON.stringify(text).slice(1, -1);
  const once = inside(value);
  const ascii = once.replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const spelt = [once, ...bothCases(ascii, /(?<=\\u[0-9a-f]{0,3})[a-f]/g)];
  const slashed = spelt.map((one) => one.replaceAll("/", "\\/"));
  return [...spelt, ...slashed, ...spelt.map(inside)];
}

function addressForms(value: string): readonly string[] {
  // Half a sign would be an error.
  const sound = Buffer.from(value).toString();
  const whole = encodeURIComponent(sound);
  const strict = whole.replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [whole, strict, encodeURI(sound), strict.replaceAll("%20", "+")];
  return forms.flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (sign) => sign.toLowerCase())]);
}

function htmlForms(value: string): readonly string[] {
  const plain = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quoted = plain.replaceAll('"', "&quot;");
  return [plain, quoted, quoted.replaceAll("'", "&#39;"), quoted.replaceAll("'", "&#x27;")];
}

/** Alone or among others: what comes before shifts it by none, two or four bits, and what comes after changes its last sign. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const last = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    const own = text.slice(Math.ceil((before * 8) / 6), last);
    return own.length < SHORTEST ? [] : [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

const bothCases = (text: string, letters: RegExp): readonly string[] => [
  text,
  text.replace(letters, (sign) => sign.toUpperCase()),
];
