// Tables of a cell's output that are marked as sortable are sorted by a click on a head, or a key: numbers the greatest first, texts by
// their letters, again the other way round. What is marked comes as plain HTML, which elsewhere keeps its order.
import "./sortable.css";

const heads = "table.tunebook-sortable thead th";

/** For all that is and will be shown. A head becomes a button, so that the keyboard reaches it. */
export function sortTables(root: HTMLElement): void {
  root.addEventListener("click", (event) => {
    const head = headOf(event);
    if (head) sortBy(head);
  });
  root.addEventListener("keydown", (event) => {
    // They press the button; to the notebook they would mean to edit the cell, and to scroll.
    if ((event.key === "Enter" || event.key === " ") && headOf(event)) event.stopPropagation();
  });
  root.querySelectorAll<HTMLTableCellElement>(heads).forEach(makeButton);
  new window.MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element) node.querySelectorAll<HTMLTableCellElement>(heads).forEach(makeButton);
  }).observe(root, { childList: true, subtree: true });
}

/** The head that was meant; null: none. */
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
    // What has no number stands below those that have one, either way.
    if (typeof a.value === "number" && typeof b.value === "number") return sign * (a.value - b.value);
    if (typeof a.value === "string" && typeof b.value === "string")
      return sign * a.value.localeCompare(b.value, undefined, { numeric: true });
    return typeof a.value === "number" ? -1 : 1;
  });
  body.append(...rows.map(({ row }) => row));
}

/** Without what stands beside it in small print, such as an interval. */
function cellText(cell: HTMLTableCellElement | undefined): string {
  const own = document.createElement("div");
  own.append(...(cell?.cloneNode(true).childNodes ?? []));
  for (const beside of own.querySelectorAll("small")) beside.remove();
  return own.textContent ?? "";
}

/** `1,204` and `−0.5` as numbers. */
function valueOf(text: string): number | string {
  const plain = text.trim().replaceAll(",", "").replace("−", "-");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text.trim();
}
