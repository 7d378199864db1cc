/** Which environment variables a lock records, and addresses with their secret parts removed. */
import assert from "node:assert/strict";
import { recordedEnvironment } from "#kernel/runs/record/environment.js";
import { remoteWithoutUser } from "#kernel/runs/record/git.js";

describe("environment in a lock file", () => {
  it("contains only listed variables", () => {
    const kept = recordedEnvironment({
      ...{ OMP_NUM_THREADS: "2", TF_ENABLE_ONEDNN_OPTS: "0", TUNEBOOK_THREADS: "2", TZ: "UTC" },
      ...{ TF_VAR_db_password: "correct-horse", TF_TOKEN_app_terraform_io: "t0k3n", TUNEBOOK_JUDGE: "s3cret-value" },
      ...{ HF_TOKEN: "hf_x", PATH: "/usr/bin", HTTPS_PROXY: "http://me:pw@proxy:1", LANG: "" },
    });
    assert.deepEqual(kept, { OMP_NUM_THREADS: "2", TF_ENABLE_ONEDNN_OPTS: "0", TUNEBOOK_THREADS: "2", TZ: "UTC" });
  });
  it("contains no value that looks like a secret, under any name", () => {
    const odd = ["https://me:pw@example.org", `AKIA${"ABCDEFGHIJKLMNOP"}`, "x".repeat(401)];
    for (const value of odd)
      assert.deepEqual(recordedEnvironment({ XLA_FLAGS: value, TZ: "UTC" }), { TZ: "UTC" }, value);
  });
});

describe("git remote address", () => {
  const told: readonly (readonly [string, string | null])[] = [
    ["https://user:t0ken@example.org/team/repo.git?key=abc#x", "https://example.org/team/repo.git"],
    ["https://t0ken@example.org/team/repo.git", "https://example.org/team/repo.git"],
    ["ssh://git@example.org:2222/team/repo", "ssh://example.org:2222/team/repo"],
    ["git@example.org:team/repo.git", "example.org:team/repo.git"],
    ["t0ken@example.org:team/repo?key=1", "example.org:team/repo"],
    ["/srv/git/repo.git", "/srv/git/repo.git"],
    ["../repo", "../repo"],
    ["ext::sh -c anything", null],
    ["", null],
    ["https://", null],
    [`https://example.org/ghp_${"a1B2".repeat(9)}/repo`, null],
  ];
  for (const [remote, address] of told)
    it(`${remote === "" ? "that is none" : remote.slice(0, 40)}: is recorded as ${String(address)}`, () =>
      assert.equal(remoteWithoutUser(remote), address));
});
