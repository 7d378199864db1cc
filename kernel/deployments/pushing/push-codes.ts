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
    message: (d) => `${JSON.stringify(d.repository)} names no repository`,
    help: () => 'write the owner and the name: `huggingface("owner/name", push: secret(env: HF_TOKEN))`',
    explain: "With `push` the path names a repository of the hub, which belongs to a user or an organisation.",
  },
  "push-public": {
    severity: "error",
    message: (d) => `the repository ${d.repository} is public, and it was to be private; nothing was sent`,
    help: () => "write `private: false` if everybody shall have it, or name another repository",
    explain: "What is pushed is private unless the program says otherwise; what was public once can't be taken back.",
  },
  "push-failed": {
    severity: "error",
    message: (d) => `the push to ${d.repository} failed: ${d.why}`,
    help: ({ repository, env, status = 0 }) =>
      status === 401 || status === 403
        ? `give ${env} a token that may write to ${repository}, and start the kernel again`
        : status === 413
          ? "write less: `weights: adapter` or a smaller base; the hub takes no files of this size in one push"
          : "run the cell again: files that came through are not sent again, and the repository shows nothing until all are there",
    explain:
      "The hub could not be reached, refused the token or the files, sent the call on to another host, or ended the connection. All files go in with one commit, so nobody sees half of them.",
  },
  "push-with-findings": {
    severity: "error",
    message: (d) => `${d.repository} is not pushed to: ${d.findings.join("; ")}`,
    help: (d) =>
      `mend the data and train again, or say in \`train\` why it is meant: \`allow: { ${d.codes[0] ?? ""}: "…" }\``,
    explain:
      "A model whose scores stand on rows that it learnt, or whose data hold what must not go out, is not given away unless somebody said why that is meant.",
  },
};
