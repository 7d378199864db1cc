/** Codes of pushing to the hub. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface PushCodeData {
  "wrong-repository": { readonly repository: string };
  "push-public": { readonly repository: string };
  "push-failed": {
    readonly repository: string;
    /** Name of the environment variable with the token. */
    readonly env: string;
    readonly why: string;
    /** HTTP status of the hub's response. Absent if there was no response. */
    readonly status?: number;
  };
  "push-with-findings": {
    readonly repository: string;
    readonly findings: readonly string[];
    readonly codes: readonly string[];
  };
}

export const pushCodes: CodeTable<PushCodeData> = {
  "wrong-repository": {
    severity: "error",
    message: (d) => `${JSON.stringify(d.repository)} is not a repository name`,
    help: () => 'write the owner and the name: `huggingface("owner/name", push: secret(env: HF_TOKEN))`',
    explain: "With `push`, the path names a repository of the hub. It belongs to a user or an organisation.",
  },
  "push-public": {
    severity: "error",
    message: (d) => `the repository ${d.repository} is public but should be private; nothing was sent`,
    help: () => "write `private: false` to publish it to everybody, or name another repository",
    explain: "Pushed files are private unless the program sets otherwise. Publishing cannot be undone.",
  },
  "push-failed": {
    severity: "error",
    message: (d) => `the push to ${d.repository} failed: ${d.why}`,
    help: ({ repository, env, status = 0 }) =>
      status === 401 || status === 403
        ? `set ${env} to a token with write access to ${repository}, and start the kernel again`
        : status === 413
          ? "push smaller files: use `weights: adapter` or a smaller base model; the hub does not accept this size in one push"
          : "run the cell again: uploaded files are not sent again, and the repository shows nothing until all are there",
    explain:
      "The hub was unreachable, rejected the token or the files, redirected the call to another host, or closed the connection. All files are added in one commit, so nobody sees an incomplete set.",
  },
  "push-with-findings": {
    severity: "error",
    message: (d) => `nothing was pushed to ${d.repository}: ${d.findings.join("; ")}`,
    help: (d) => `fix the data and train again, or give a reason in \`train\`: \`allow: { ${d.codes[0] ?? ""}: "…" }\``,
    explain:
      "A model is not published if its scores depend on rows that it was trained on, or if its data contain content that must stay private. To publish it anyway, give a reason.",
  },
};
