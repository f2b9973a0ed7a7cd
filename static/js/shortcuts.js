// Single-key shortcuts. They rest while somebody types, while a dialog is open, and with
// Ctrl, Alt or Meta held; "g" waits a second for the letter of a page. A page has keys of
// its own through <button data-shortcut="e">; among bulk actions the button need not be
// in sight.
import { openDialog } from "./dialogs.js";
import { openPalette } from "./palette.js";
import { hasRows, tick, walk } from "./tables.js";

let waiting = 0;

function isTyping(target) {
  return (
    target.isContentEditable ||
    target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button])")
  );
}

const actions = {
  "?": () => openDialog(document.getElementById("shortcuts")),
  "/": () => openPalette(),
  j: () => walk(1) || press("j"),
  k: () => walk(-1) || press("k"),
  x: () => tick(),
  X: () => tick(true),
  g: () => { waiting = Date.now(); },
};

function press(key) {
  const button = document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
  if (!button || !hasRows(button)) return false;
  button.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key === "g") return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() - waiting < 1000) {
    waiting = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  const action = actions[event.key] ?? (() => press(event.key));
  if (action() !== false) event.preventDefault();
});
