/**
 * Detects keys and tokens by their providers' formats, private keys, and values that a line names a secret. Provider
 * formats begin with a distinctive prefix, so they need no words nearby.
 */
import { allMatches } from "./matches.js";
import type { PersonalDataDetector, TextSpan } from "./finding.js";

/** Maps each provider to its format. All repetitions are bounded. */
export const secretKeyPatterns: Readonly<Record<string, string>> = {
  aws: "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
  github: "gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
  gitlab: "gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,64}",
  slack: "xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\\d-[A-Za-z0-9-]{10,250}",
  slackHook: "hooks\\.slack\\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,200}",
  stripe: "(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{24,247}",
  google: "AIza[A-Za-z0-9_-]{35}",
  googleOauth: "ya29\\.[A-Za-z0-9_-]{20,500}|GOCSPX-[A-Za-z0-9_-]{28}",
  anthropic: "sk-ant-[A-Za-z0-9]{3,12}-[A-Za-z0-9_-]{24,200}",
  openai: "sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,250}|sk-[A-Za-z0-9]{32,64}",
  openrouter: "sk-or-v1-[0-9a-f]{64}",
  huggingface: "(?:hf|api_org)_[A-Za-z0-9]{30,64}",
  npm: "npm_[A-Za-z0-9]{36}",
  pypi: "pypi-AgE[A-Za-z0-9_-]{50,500}",
  sendgrid: "SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}",
  twilio: "(?:SK|AC)[0-9a-f]{32}",
  mailgun: "(?:key|pubkey)-[0-9a-f]{32}",
  mailchimp: "[0-9a-f]{32}-us\\d{1,2}",
  telegram: "\\d{8,10}:AA[A-Za-z0-9_-]{32,34}",
  discord: "[MNO][A-Za-z\\d]{23,28}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40}",
  digitalocean: "do[oprt]_v1_[a-f0-9]{64}",
  shopify: "shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32}",
  square: "sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{60}",
  databricks: "dapi[a-f0-9]{32}(?:-\\d)?",
  linear: "lin_(?:api|oauth)_[A-Za-z0-9]{40,64}",
  notion: "ntn_[A-Za-z0-9]{43,50}|secret_[A-Za-z0-9]{43}",
  replicate: "r8_[A-Za-z0-9]{37}",
  groq: "gsk_[A-Za-z0-9]{52}",
  xai: "xai-[A-Za-z0-9]{60,90}",
  perplexity: "pplx-[A-Za-z0-9]{40,64}",
  doppler: "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9]{40,44}",
  vault: "hv[bsr]\\.[A-Za-z0-9_-]{24,200}",
  newrelic: "NRAK-[A-Z0-9]{27}",
  sentry: "sntry[su]_[A-Za-z0-9+/=_-]{40,300}",
  atlassian: "AT(?:ATT|BB|CTT)3?[A-Za-z0-9_=.-]{24,250}",
  figma: "fig[dou]_[A-Za-z0-9_-]{40,64}",
  airtable: "pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}",
  postman: "PMAK-[a-f0-9]{24}-[a-f0-9]{34}",
  grafana: "gl(?:c|sa)_[A-Za-z0-9+/=_]{32,400}",
  terraform: "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,70}",
  docker: "dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,64}",
  dropbox: "sl\\.[A-Za-z0-9_-]{60,1500}",
  planetscale: "pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}",
  age: "AGE-SECRET-KEY-1[A-Z0-9]{58}",
  azure: "AccountKey=[A-Za-z0-9+/]{86}==",
  jwt: "eyJ[A-Za-z0-9_-]{10,2000}\\.eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{10,1000}",
};
const shapes = new RegExp(
  `(?<![A-Za-z0-9_.+/-])(?:${Object.values(secretKeyPatterns).join("|")})(?![A-Za-z0-9_])`,
  "g",
);
/** Prefixes for a pre-check: a text needs one for any of the formats. */
const pem = "-----BEGIN ";
const pemHead = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const pemFoot = /-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const named =
  /(?<![A-Za-z0-9])(?:[A-Za-z0-9]{1,24}[_-]){0,3}(?:api[_-]?key|secret[_-]?key|access[_-]?key|secret|token|passw(?:or)?d|passphrase|pwd|auth[_-]?key|private[_-]?key|bearer)["']?(?:\s{0,2}(?:[:=]|=>|:=)\s{0,2}|\s(?:is\s)?)["'`]?(?<value>[A-Za-z0-9+/_.=~!@#$%^&*-]{8,512})/gi;

export const secretKeyDetector: PersonalDataDetector = (text) => {
  const lengths = lengthsIn(text);
  return [
    ...(lengths.key ? ofProviders(text) : []),
    ...ofPem(text),
    ...(lengths.value && secretHint.test(text) ? ofNames(text) : []),
  ].sort((a, b) => a.start - b.start);
};

/** Characters of a key (`signs`) and of a secret's value (`valueSigns`), looked up by their codes. */
const signs = /[A-Za-z0-9_.=+/-]/;
const valueSigns = /[A-Za-z0-9+/_.=~!@#$%^&*-]/;
const [ofKey, ofValue, ofNumber] = [1, 2, 4];
const traits = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return (
    (signs.test(sign) ? ofKey : 0) | (valueSigns.test(sign) ? ofValue : 0) | (code >= 48 && code <= 57 ? ofNumber : 0)
  );
});
const secretHint = /key|secret|token|passw|passphrase|pwd|bearer/i;

/** Cheap pre-check: returns whether the text has a run long enough for a key, or for a value (with a digit). */
function lengthsIn(text: string): { readonly key: boolean; readonly value: boolean } {
  let [key, value, digit] = [0, 0, false];
  const found = { key: false, value: false };
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    const trait = code < 128 ? traits[code]! : 0;
    key = trait & ofKey ? key + 1 : 0;
    if (key >= 14) found.key = true;
    digit = (trait & ofValue) !== 0 && (digit || (trait & ofNumber) !== 0);
    value = trait & ofValue ? value + 1 : 0;
    if (digit && value >= 12) found.value = true;
    if (found.key && found.value) break;
  }
  return found;
}

function ofProviders(text: string): TextSpan[] {
  return Array.from(allMatches(shapes, text), ({ 0: found, index: start }) => ({
    start,
    end: start + found.length,
    sure: true,
  }));
}

/** Finds private keys from header to footer, or to the end of the text. */
function ofPem(text: string): TextSpan[] {
  const found: TextSpan[] = [];
  for (let position = text.indexOf(pem); position >= 0; position = text.indexOf(pem, position + 1)) {
    pemHead.lastIndex = position;
    if (!pemHead.test(text)) continue;
    pemFoot.lastIndex = pemHead.lastIndex;
    const foot = pemFoot.exec(text);
    const end = foot ? foot.index + foot[0].length : text.length;
    found.push({ start: position, end, sure: true });
    position = end;
  }
  return found;
}

/** Finds values that a line names a secret: `api_key = "…"`. Ordinary words do not count. */
function ofNames(text: string): TextSpan[] {
  const found: TextSpan[] = [];
  for (const match of allMatches(named, text)) {
    const value = (match.groups?.["value"] ?? "").replace(/[.!?]+$/, "");
    const begins = match.index + match[0].length - (match.groups?.["value"] ?? "").length;
    if (value.length >= 12 && looksDrawn(value)) found.push({ start: begins, end: begins + value.length, sure: true });
  }
  return found;
}

/** Returns true if letters and digits alternate, with many different ones. */
function looksDrawn(value: string): boolean {
  const turns = value.match(/\p{Ll}+|\p{Lu}+|\d+/gu) ?? [];
  if (turns.length < 4 || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  return new Set(value).size >= Math.min(10, value.length * 0.55);
}
