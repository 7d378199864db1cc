/** Names as trackers and file systems take them. */

/** Of one folder: nothing that leads elsewhere, and no longer than a file system bears. */
export function safeFolderName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, "-")
    .replace(/^[.\s]+|[.\s]+$/g, "")
    .slice(0, 100);
  return plain === "" ? "unnamed" : plain;
}

/** Of a metric or a setting as MLflow has it: letters, digits and `_ - . / :` and blanks. `f1(macro)` is `f1_macro`. */
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
