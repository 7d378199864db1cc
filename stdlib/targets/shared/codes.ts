/** Error codes of where a model is served. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** The data of each code. */
export interface TargetsCodeData {
  /** `where`: whether the setting is in a program or on a command line. */
  unguarded: { readonly host: string; readonly where: "program" | "shell" };
  "half-tls": { readonly lacks: string };
}

const program = (target: string): string =>
  `data d { source: csv("d.csv"), columns: { text: a, label: b }, split: random(train: 80%, test: 20%) }
model m { base: "all-MiniLM-L6-v2", task: text_classification }
train m on d
deploy m to ${target} as desk`;

export const targetsCodes: CodeTable<TargetsCodeData> = {
  unguarded: {
    severity: "error",
    message: (d) => `other machines can send requests to ${d.host}, and no API key is required`,
    help: (d) =>
      d.where === "shell"
        ? "add `--api-keys-env NAME` or `--api-keys-file FILE`; `--insecure` allows access without a key"
        : "add `api_keys: secret(env: KEYS)`; `insecure: true` allows access without a key",
    explain:
      "By default a server only answers this machine (127.0.0.1). If others can reach it, requests need a key (`Authorization: Bearer …`). An environment variable holds one or more keys, separated by commas.",
    example: program('http(host: "0.0.0.0")'),
  },
  "half-tls": {
    severity: "error",
    message: (d) => `HTTPS needs a certificate and its key, but \`${d.lacks}\` is missing`,
    help: (d) => `add \`${d.lacks}: "….pem"\``,
    explain: "The certificate identifies the server, and the key proves that the certificate is its own.",
    example: program('http(certificate: "cert.pem")'),
  },
};
