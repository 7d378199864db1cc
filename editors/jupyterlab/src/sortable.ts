// Sorts tables marked as sortable in a cell's output, by a click on a column head or a key: numbers descending first,
// texts alphabetically first, then reversed. The tables are plain HTML; other viewers show the given order.
import "./sortable.css";

const heads = "table.tunebook-sortable thead th";

/** Applies to all present and future tables. A column head becomes a button, so that it can be reached by keyboard. */
export function sortTables(root: HTMLElement): void {
  root.addEventListener("click", (event) => {
    const head = headOf(event);
    if (head) sortBy(head);
  });
  root.addEventListener("keydown", (event) => {
    // These keys press the button; the notebook would otherwise start editing the cell, or scroll.
    if ((event.key === "Enter" || event.key === " ") && headOf(event)) event.stopPropagation();
  });
  root.querySelectorAll<HTMLTableCellElement>(heads).forEach(makeButton);
  new window.MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element) node.querySelectorAll<HTMLTableCellElement>(heads).forEach(makeButton);
  }).observe(root, { childList: true, subtree: true });
}

/** Returns the column head of an event, or null. */
function headOf({ target }: Event): HTMLTableCellElement | null {
  return target instanceof Element ? target.closest<HTMLTableCellElement>(heads) : null;
}

function makeButton(head: HTMLTableCellElement): void {
  if (head.querySelector("button")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.title = "Sort by this column";
  button.append(...head.childNodes);
  head.append(button);
}

function sortBy(head: HTMLTableCellElement): void {
  const table = head.closest("table");
  const body = table?.tBodies[0];
  if (!table || !body) return;
  const column = head.cellIndex;
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(cellText(row.cells[column])) }));
  const numeric = rows.some(({ value }) => typeof value === "number");
  const before = head.getAttribute("aria-sort");
  const rising = before === null ? !numeric : before === "descending";
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const sign = rising ? 1 : -1;
  rows.sort((a, b) => {
    // Rows without a number come last in both orders.
    if (typeof a.value === "number" && typeof b.value === "number") return sign * (a.value - b.value);
    if (typeof a.value === "string" && typeof b.value === "string")
      return sign * a.value.localeCompare(b.value, undefined, { numeric: true });
    return typeof a.value === "number" ? -1 : 1;
  });
  body.append(...rows.map(({ row }) => row));
}

/** Returns the cell's text without additional small print, such as an interval. */
function cellText(cell: HTMLTableCellElement | undefined): string {
  const own = document.createElement("div");
  own.append(...(cell?.cloneNode(true).childNodes ?? []));
  for (const beside of own.querySelectorAll("small")) beside.remove();
  return own.textContent ?? "";
}

/** Parses `1,204` and `−0.5` as numbers. */
function valueOf(text: string): number | string {
  const plain = text.trim().replaceAll(",", "").replace("−", "-");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text.trim();
}
