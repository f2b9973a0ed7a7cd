// The scorecard editor: live sums, curves to bend, saving by itself. The page works
// without any of this; every step is a button of the form that the server understands.

import { CurveEditor } from "./scorecard-curve.js";
import { Autosave } from "./scorecard-autosave.js";

const number = (text) => {
  const plain = text.trim().replace("−", "-").replace(/\u00a0/g, "");
  return plain === "" || !Number.isFinite(Number(plain)) ? NaN : Number(plain);
};
const said = (value) => String(Number(value.toFixed(6)));
const filled = (words, parts) => words.replace(/\{(\w+)\}/g, (_, name) => parts[name]);

function weightsOf(form, path) {
  return [...form.querySelectorAll(`input[data-weight="${CSS.escape(path)}"]`)];
}

function total(inputs) {
  return inputs.reduce((sum, input) => sum + (number(input.value) || 0), 0);
}

// --- sums ---------------------------------------------------------------------------

function sayOneSum(form, path) {
  const inputs = weightsOf(form, path);
  const sum = total(inputs);
  const off = Number((100 - sum).toFixed(6));
  const words = off === 0 ? form.dataset.wordsFull : off > 0 ? form.dataset.wordsOff : form.dataset.wordsOver;
  for (const place of form.querySelectorAll(`[data-sum-of="${CSS.escape(path)}"]`)) {
    place.textContent = filled(words, { sum: said(sum), off: said(Math.abs(off)) });
    place.closest(".sum-line, .bar-sum")?.classList.toggle("off", off !== 0);
  }
  const scale = form.querySelector(`[data-scale="${CSS.escape(path)}"]`);
  if (scale) scale.hidden = off === 0 || inputs.length === 0;
}

function saySums(form) {
  const paths = new Set([...form.querySelectorAll("[data-sum-of]")].map((place) => place.dataset.sumOf));
  for (const path of paths) sayOneSum(form, path);
  sayShares(form);
  drawBars(form);
}

function sayShares(form) {
  const outer = total(weightsOf(form, "dimensions"));
  for (const card of form.querySelectorAll(".edit-dimension")) {
    const own = number(card.querySelector("input[data-weight=dimensions]").value);
    const inputs = [...card.querySelectorAll(".edit-indicator input[data-weight]")];
    const inner = total(inputs);
    for (const input of inputs) {
      const share = (own / outer) * (number(input.value) / inner) * 100;
      const place = input.closest(".edit-indicator").querySelector("[data-share]");
      place.textContent = Number.isFinite(share) ? filled(form.dataset.wordsShare, { share: Number(share.toFixed(1)) }) : "";
    }
  }
}

function drawBars(form) {
  for (const row of form.querySelectorAll("[data-bar]")) {
    const input = form.elements.namedItem(row.dataset.bar);
    if (!input) continue;
    const weight = Math.min(Math.max(number(input.value) || 0, 0), 100);
    row.querySelector("rect:last-of-type").setAttribute("width", `${weight}%`);
    row.querySelector("[data-bar-words]").textContent = `${input.value} %`;
    const name = input.closest(".edit-dimension").querySelector("[data-dimension-name]").value;
    if (name) row.querySelector("a").textContent = name;
  }
}

// --- the page -----------------------------------------------------------------------

function bandsOf(form) {
  return [...form.querySelectorAll("[data-band]")].map((row) => ({
    key: row.dataset.band,
    lower: number(row.querySelector("[data-band-lower]").value),
  }));
}

function toggle(article, isOpen) {
  article.classList.toggle("open", isOpen);
  article.querySelector("[data-toggle]").setAttribute("aria-expanded", String(isOpen));
  article.querySelector("[data-open]").value = isOpen ? "1" : "";
}

function begin(root) {
  const form = root.querySelector("form[data-scorecard-editor]");
  if (!form || form.dataset.begun) return;
  form.dataset.begun = "";
  const announce = form.querySelector("[data-announce]");
  const saving = new Autosave(form, root.hasAttribute("data-unsaved"));
  const curves = [...form.querySelectorAll("[data-indicator]")].map(
    (article) => new CurveEditor(article, {
      bands: () => bandsOf(form),
      changed: () => saving.changed(),
      say: (words) => { announce.textContent = words; },
      words: form.dataset,
    }),
  );
  form.addEventListener("input", (event) => {
    saving.changed();
    if (event.target.matches("[data-weight], [data-dimension-name]")) saySums(form);
    if (event.target.matches("[data-band-lower]")) for (const curve of curves) curve.draw();
    if (event.target.matches("[data-picker-find]")) narrow(event.target);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (button) {
      const article = button.closest("[data-indicator]");
      toggle(article, !article.classList.contains("open"));
      curves.find((curve) => curve.article === article)?.draw();
    }
  });
  form.addEventListener("keydown", (event) => {
    // Enter in a field would press the first button; it should only take the value.
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  form.addEventListener("submit", (event) => step(event, form, saving));
  saySums(form);
  focusOn(root.dataset.focus);
}

function narrow(input) {
  const wanted = input.value.trim().toLowerCase();
  const picker = input.closest("[data-picker]");
  for (const item of picker.querySelectorAll("li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  for (const group of picker.querySelectorAll("[data-picker-group]")) group.hidden = !group.querySelector("li:not([hidden])");
}

function focusOn(id) {
  const picker = document.getElementById("picker");
  const place = picker?.querySelector("[data-picker-find]") ?? (id && document.getElementById(id));
  if (!place) return;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: picker ? "start" : "center" });
}

// A step changes the form itself: the server answers with the page as it would be, and
// only the editor is put in place, so that nothing else moves.
async function step(event, form, saving) {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.matches("[data-step]")) {
    if (!event.defaultPrevented) saving.leave();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (button.dataset.confirm && !window.confirm(button.dataset.confirm)) return;
  const body = new FormData(form, button);
  form.setAttribute("aria-busy", "true");
  await saving.pause();
  body.set("edits", form.elements.namedItem("edits").value);
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("editor");
    if (!fresh) throw new Error("no editor in the answer");
    saving.stop();
    document.getElementById("editor").replaceWith(fresh);
    begin(fresh);
  } catch {
    // The plain way: the browser posts the form and shows what comes.
    saving.leave();
    form.removeAttribute("aria-busy");
    const plain = document.createElement("input");
    Object.assign(plain, { type: "hidden", name: "do", value: button.value });
    form.prepend(plain);
    form.submit();
  }
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  const save = document.querySelector("form[data-scorecard-editor] .editor-bar [data-save]");
  if (!save) return;
  event.preventDefault();
  save.click();
});

const editor = document.getElementById("editor");
if (editor) begin(editor);
