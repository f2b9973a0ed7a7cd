// Order of scorecards: rows are dragged, then saved at once with one button.

const form = document.querySelector("form[data-order]");
const save = form?.querySelector("[data-order-save]");
let dragged = null;

function rows() {
  return [...form.querySelectorAll("[data-row]")];
}

function renumber() {
  rows().forEach((row, index) => { row.querySelector(".place").textContent = String(index + 1); });
  save.hidden = false;
}

if (save) {
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-row]");
    dragged?.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-row]");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    const isBelow = event.clientY > box.top + box.height / 2;
    if (isBelow) over.after(dragged);
    else over.before(dragged);
  });
  form.addEventListener("drop", (event) => event.preventDefault());
  form.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    if (dragged) renumber();
    dragged = null;
  });
}
