// Dialogs, sheets and menus. <button data-dialog-open="id">, <button data-dialog-close>;
// an HTMX answer for "#modal-body" opens the shared dialog, HX-Trigger: closeModal closes it.

const modal = document.getElementById("modal");
let opener = null;

export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const opening = target.closest("[data-dialog-open]");
  if (opening) {
    opening.closest("details.menu")?.removeAttribute("open");
    openDialog(document.getElementById(opening.dataset.dialogOpen));
    return;
  }
  if (target.closest("[data-dialog-close]")) target.closest("dialog")?.close();
  // A click on the dialog itself is a click on its backdrop: content lies in children.
  if (target instanceof HTMLDialogElement && isOutside(event, target)) target.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.removeAttribute("open");
  }
});

function isOutside(event, dialog) {
  const box = dialog.getBoundingClientRect();
  return (
    event.clientX < box.left || event.clientX > box.right ||
    event.clientY < box.top || event.clientY > box.bottom
  );
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  menu.querySelector("summary").focus();
});

// One menu at a time; "toggle" does not bubble, so it is caught on the way down.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.menu") || !menu.open) return;
    for (const other of document.querySelectorAll("details.menu[open]")) {
      if (other !== menu && !other.contains(menu)) other.removeAttribute("open");
    }
  },
  true,
);

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "modal-body") return;
  openDialog(modal);
  const first = modal.querySelector("[data-autofocus], [autofocus]") ?? modal.querySelector("#modal-title");
  first?.focus();
});

document.addEventListener("closeModal", () => modal?.close());

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => {
    if (opener?.isConnected) opener.focus();
    opener = null;
    if (dialog === modal) document.getElementById("modal-body").replaceChildren();
  });
}

// The error summary of a form takes the focus when the page or a fragment brings one.
document.querySelector("main [data-autofocus]")?.focus();
