/** Names that trackers and file systems accept. */

/** Returns a safe folder name: without path navigation, and short enough for a file system. */
export function safeFolderName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, "-")
    .replace(/^[.\s]+|[.\s]+$/g, "")
    .slice(0, 100);
  return plain === "" ? "unnamed" : plain;
}

/** Returns a valid MLflow key: letters, digits and `_ - . / :` and spaces. `f1(macro)` becomes `f1_macro`. */
export function mlflowKeyName(name: string, most = 250): string {
  const plain = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}_\-. /:]+/gu, "_")
    .replace(/_+(?=[/ ]|$)/g, "")
    .replace(/^[/.\s_]+/, "")
    .replace(/\/{2,}/g, "/")
    .slice(0, most);
  return plain === "" ? "unnamed" : plain;
}
