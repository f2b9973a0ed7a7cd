// The command palette: Ctrl-K or the search box opens it, arrows choose, Enter opens.
// Pages of the side bar are filtered here, everything else comes from the search page.
import { openDialog } from "./dialogs.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("[data-palette-input]");
const list = document.getElementById("palette-list");

function items() {
  return [...list.querySelectorAll("[data-palette-item]")].filter((item) => !item.hidden);
}

function choose(item) {
  for (const other of list.querySelectorAll("[aria-selected=true]")) {
    other.setAttribute("aria-selected", "false");
  }
  if (!item) return input.removeAttribute("aria-activedescendant");
  item.id ||= `palette-item-${Math.random().toString(36).slice(2)}`;
  item.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", item.id);
  item.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = items();
  if (!all.length) return;
  const now = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
  choose(all[(now + step + all.length) % all.length]);
}

function refresh() {
  const words = input.value.trim().toLowerCase();
  for (const page of document.querySelectorAll("#palette-pages [data-palette-item]")) {
    page.hidden = Boolean(words) && !page.textContent.toLowerCase().includes(words);
  }
  if (!words) document.getElementById("palette-results").replaceChildren();
  const all = items();
  palette.querySelector("[data-palette-empty]").hidden = all.length > 0;
  choose(all[0]);
}

export function openPalette(words = "") {
  if (!palette || palette.open) return;
  input.value = words;
  openDialog(palette);
  refresh();
  input.focus();
}

if (palette) {
  input.addEventListener("input", refresh);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "palette-results") refresh();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      // A search field would only empty itself; one Escape closes the palette.
      event.preventDefault();
      palette.close();
    } else if (event.key === "Enter") {
      const chosen = list.querySelector("[aria-selected=true]");
      if (!chosen) return;
      event.preventDefault();
      chosen.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    }
  });
  const box = document.querySelector("[data-palette-open] input");
  box?.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    openPalette(box.value);
  });
  box?.addEventListener("input", () => {
    const words = box.value;
    box.value = "";
    openPalette(words);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
