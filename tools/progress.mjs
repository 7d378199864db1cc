// Progress of a long step: a progress bar on a terminal, else a plain line now and then.
const barWidth = 24;

/** `show({label, done, total})` updates the progress (total null: unknown; bytes or counts), and `end()` clears it. */
export function progressOn(stream = process.stderr, every = 5000) {
  let shown = false;
  let last = { label: "", at: 0 };
  return {
    show({ label, done = 0, total = null }) {
      const now = Date.now();
      const share = total === null || total <= 0 ? null : Math.min(1, done / total);
      if (stream.isTTY) {
        if (now - last.at < 80 && label === last.label && share !== 1) return;
        const filled = Math.round((share ?? 0) * barWidth);
        const bar = share === null ? "" : `[${"=".repeat(filled)}${" ".repeat(barWidth - filled)}] ${percent(share)} `;
        stream.write(`\r\u001b[2K${`${bar}${label}`.slice(0, (stream.columns || 80) - 1)}`);
        shown = true;
      } else {
        if (now - last.at < every && (label === last.label || last.label !== "")) return;
        stream.write(`${label}${share === null ? "" : ` ${percent(share)}`}\n`);
      }
      last = { label, at: now };
    },
    end() {
      if (shown) stream.write("\r\u001b[2K");
      shown = false;
    },
  };
}

function percent(share) {
  return `${Math.floor(share * 100)}%`.padStart(4);
}
