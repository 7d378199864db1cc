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
    message: (d) => `at ${d.host} other machines can ask too, and no key is asked for`,
    help: (d) =>
      d.where === "shell"
        ? "add `--api-keys-env NAME` or `--api-keys-file FILE`; `--insecure` says that anybody may"
        : "add `api_keys: secret(env: KEYS)`; `insecure: true` says that anybody may",
    explain:
      "A server answers this machine alone (127.0.0.1) unless told. Where others reach it, requests carry a key (`Authorization: Bearer …`), by an environment variable that holds one or several, parted by commas.",
    example: program('http(host: "0.0.0.0")'),
  },
  "half-tls": {
    severity: "error",
    message: (d) => `HTTPS needs a certificate and its key: there is no \`${d.lacks}\``,
    help: (d) => `add \`${d.lacks}: "….pem"\``,
    explain: "A server proves by the certificate who it is, and with the key that the certificate is its own.",
    example: program('http(certificate: "cert.pem")'),
  },
};
