// Lists: choose rows for bulk actions, walk rows with j and k, open with Enter, tick with x.

function boxes(form) {
  return [...form.querySelectorAll("input[name=chosen]")];
}

function count(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr")?.classList.toggle("chosen", box.checked);
  const bar = form.querySelector("[data-bulk-bar]");
  bar?.classList.toggle("open", chosen.length > 0);
  const number = form.querySelector("[data-bulk-count]");
  if (number) number.textContent = String(chosen.length);
  const every = form.querySelector("[data-choose-all]");
  if (every) {
    every.checked = all.length > 0 && chosen.length === all.length;
    every.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
}

let last = null;

document.addEventListener("click", (event) => {
  const box = event.target;
  const form = box.closest?.("form[data-bulk]");
  if (!form || !box.matches("input[name=chosen]")) return;
  const all = boxes(form);
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-choose-all]")) {
    for (const box of boxes(form)) box.checked = event.target.checked;
  }
  count(form);
});

// What was done to rows draws the list again: whoever walked it goes on where they were.
let place = -1;

document.addEventListener("htmx:beforeRequest", (event) => {
  const isRead = event.detail.requestConfig.verb === "get";
  place = isRead ? -1 : rows().findIndex((row) => row.classList.contains("here"));
});

document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("form[data-bulk]").forEach(count);
  if (place >= 0 && !document.querySelector("dialog[open]")) goTo(place);
});
document.querySelectorAll("form[data-bulk]").forEach(count);

function rows() {
  return [...document.querySelectorAll("table[data-rows] tbody tr")];
}

function goTo(number) {
  const all = rows();
  if (!all.length) return false;
  const next = all[Math.min(Math.max(number, 0), all.length - 1)];
  for (const row of all) row.classList.toggle("here", row === next);
  const link = next.querySelector("a[data-open]") ?? next.querySelector("a[href]");
  link?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

// A list page has one table with data-rows; Enter follows the link with data-open of a
// row, else the first one.
export function walk(step) {
  return goTo(rows().findIndex((row) => row.classList.contains("here")) + step);
}

// With `isRange` as a click with the shift key: all rows since the last one ticked.
export function tick(isRange = false) {
  const box = document.querySelector("table[data-rows] tr.here input[name=chosen]");
  if (!box) return false;
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: isRange }));
  return true;
}

// Whether a button has rows to act on: the chosen ones, else the row where one stands.
export function hasRows(button) {
  const form = button.closest("form[data-bulk]");
  return !form || boxes(form).some((box) => box.checked) || tick();
}
