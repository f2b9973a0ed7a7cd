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

document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("form[data-bulk]").forEach(count);
});
document.querySelectorAll("form[data-bulk]").forEach(count);

// A list page has one table with data-rows; its first link in a row is where Enter goes.
export function walk(step) {
  const rows = [...document.querySelectorAll("table[data-rows] tbody tr")];
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.classList.contains("here"));
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  rows[here]?.classList.remove("here");
  next.classList.add("here");
  next.querySelector("a[href]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

export function tick() {
  const box = document.querySelector("table[data-rows] tr.here input[name=chosen]");
  if (!box) return false;
  box.click();
  return true;
}
