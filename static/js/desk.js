// The ticket desk: walking the queue beside a ticket, and writing. Everything works
// without this file too; it saves the hands some way.

const desk = document.querySelector(".desk");
const composer = () => document.querySelector("[data-composer]");

// --- the list beside the ticket -----------------------------------------------------

function rows() {
  return [...document.querySelectorAll("[data-desk-row]")];
}

function mark(row) {
  for (const each of rows()) {
    if (each === row) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}

function step(by) {
  const all = rows();
  const here = all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
  if (!next || next === all[here]) return;
  next.scrollIntoView({ block: "nearest" });
  next.click();
}

desk?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-desk-step]");
  if (button) step(Number(button.dataset.deskStep));
  const row = event.target.closest("[data-desk-row]");
  if (!row) return;
  if (!row.hasAttribute("aria-current")) leave();
  mark(row);
});

// What a menu asks for opens a dialog: the menu closes, and focus comes back to it.
document.addEventListener("click", (event) => {
  const menu = event.target.closest?.(".menu-item[hx-get]")?.closest("details");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A question waits in its first field, unless it says what is wrong.
document.addEventListener("htmx:afterSwap", (event) => {
  const body = event.detail.target;
  if (body.id !== "modal-body" || body.querySelector("[data-autofocus]")) return;
  const fields = "input:not([type=hidden], [type=radio]:not(:checked)), select, textarea";
  body.querySelector(fields)?.focus();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const pane = document.getElementById("ticket");
  if (pane && event.detail.target.id === "ticket") {
    document.title = pane.dataset.title;
    toNewest();
  }
  words();
});

// After sending, the keys belong to the ticket again and not to the empty composer; at
// once, because the next key may be pressed before everything has settled.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "ticket") return;
  rest();
  keep();
});

// What was pressed may be gone with the old pane: focus stays with the ticket then, and
// does not fall back to the top of the page.
function keep() {
  if (document.activeElement !== document.body) return;
  document.getElementById("ticket-subject")?.focus({ preventScroll: true });
}

function rest() {
  const area = document.activeElement;
  if (!area?.matches("[data-composer] textarea") || area.value) return;
  const last = [...document.querySelectorAll(".messages > .message")].pop();
  if (!last) return area.blur();
  last.tabIndex = -1;
  last.focus({ preventScroll: true });
}

// A long conversation opens at its end, as mail does.
function toNewest() {
  const last = document.querySelector(".messages > :last-child");
  if (!last || location.hash) return;
  const { bottom } = last.getBoundingClientRect();
  const covered = height(composer()) + height(document.querySelector(".bottom-bar"));
  if (bottom <= innerHeight - covered) return;
  const top = scrollY + bottom - innerHeight + covered + 40;
  window.scrollTo({ top, behavior: "instant" });
}

// The list opens where its ticket stands.
function toRow() {
  const row = rows().find((each) => each.hasAttribute("aria-current"));
  const list = row?.closest(".desk-list");
  if (!list) return;
  const { top, bottom } = row.getBoundingClientRect();
  const frame = list.getBoundingClientRect();
  if (top >= frame.top && bottom <= frame.bottom) return;
  list.scrollTop += top - frame.top - (frame.height - (bottom - top)) / 2;
}

function height(element) {
  return element?.getBoundingClientRect().height ?? 0;
}

// --- writing --------------------------------------------------------------------------

function isNote() {
  return composer()?.querySelector("[data-kind][value=note]")?.checked;
}

function words() {
  const box = composer();
  if (!box) return;
  const area = box.querySelector("textarea");
  const send = box.querySelector("[data-send]");
  area.placeholder = isNote() ? area.dataset.placeholderNote : area.dataset.placeholderReply;
  send.textContent = isNote() ? send.dataset.wordNote : send.dataset.wordReply;
}

// Text that changed sides belongs to the side where it stands last, and only there.
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-kind]")) return;
  composer().querySelector("[data-begun-as]").value = "";
});

// "r" and "n" press the radio buttons: whoever presses them wants to write.
document.addEventListener("click", (event) => {
  if (!event.target.matches?.("[data-kind]")) return;
  words();
  composer().querySelector("textarea").focus();
});

// Whoever does not know the sign presses the words.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-canned]")) return;
  const area = composer().querySelector("textarea");
  area.focus();
  if (begun(area)?.sign !== "/") {
    const before = area.value.slice(0, area.selectionStart);
    const sign = before && !before.endsWith("\n") ? "\n/" : "/";
    area.setRangeText(sign, area.selectionStart, area.selectionEnd, "end");
  }
  suggest(area);
});

document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (!area.matches?.("[data-composer] textarea")) return;
  if (suggesting(event)) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    area.form.requestSubmit(composer().querySelector("[data-send]"));
  } else if (event.key === "Escape") {
    area.blur();
  }
});

// --- suggestions: "/" at the start of a line for replies, "@" for people ----------------

let asked = 0;

function panel() {
  return composer()?.querySelector("[data-suggestions]");
}

function begun(area) {
  const before = area.value.slice(0, area.selectionStart);
  const found = /(?:^|\n)(\/)([^\n/]{0,40})$/.exec(before) ?? /(?:^|[\s(])(@)([^\s@]{0,40})$/.exec(before);
  return found && { sign: found[1], words: found[2], from: area.selectionStart - found[2].length - 1 };
}

async function suggest(area) {
  const start = begun(area);
  if (!start || (start.sign === "@" && !isNote())) return hide();
  const box = composer();
  const url = start.sign === "/" ? box.dataset.cannedUrl : box.dataset.peopleUrl;
  const mine = ++asked;
  const answer = await fetch(`${url}?q=${encodeURIComponent(start.words)}`, {
    headers: { Accept: "application/json" },
  });
  if (!answer.ok || mine !== asked) return;
  const { results } = await answer.json();
  show(area, start, results);
}

function show(area, start, results) {
  const list = panel();
  if (!list) return;
  list.replaceChildren();
  results.forEach((line, number) => {
    const option = document.createElement("div");
    option.role = "option";
    option.id = `suggestion-${number}`;
    option.setAttribute("aria-selected", String(number === 0));
    const label = document.createElement("strong");
    label.textContent = line.label;
    option.append(label);
    if (start.sign === "/") {
      const small = document.createElement("small");
      small.textContent = line.text;
      option.append(small);
    }
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(area, start, line.text);
    });
    option.take = () => take(area, start, line.text);
    list.append(option);
  });
  if (results.length) area.setAttribute("aria-activedescendant", "suggestion-0");
  else area.removeAttribute("aria-activedescendant");
  if (!results.length && start.sign === "/") list.append(nothing(list.dataset.wordNone));
  list.hidden = !list.childElementCount;
}

function nothing(words) {
  const option = document.createElement("div");
  option.role = "option";
  option.setAttribute("aria-disabled", "true");
  option.textContent = words;
  return option;
}

function hide() {
  asked += 1;
  const list = panel();
  if (!list) return;
  list.hidden = true;
  composer().querySelector("textarea").removeAttribute("aria-activedescendant");
}

function take(area, start, text) {
  area.setRangeText(text, start.from, area.selectionStart, "end");
  hide();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function suggesting(event) {
  const list = panel();
  if (!list || list.hidden) return false;
  const options = list.querySelectorAll("[aria-selected]");
  if (!options.length && event.key !== "Escape") return false;
  const here = [...options].findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = (here + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === next)));
    event.target.setAttribute("aria-activedescendant", options[next].id);
    options[next].scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" || event.key === "Tab") {
    options[here]?.take();
  } else if (event.key === "Escape") {
    hide();
  } else {
    return false;
  }
  event.preventDefault();
  return true;
}

let typedAt = 0;
let pause;

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-composer] textarea")) return;
  typedAt = Date.now();
  clearTimeout(pause);
  pause = setTimeout(() => suggest(event.target), 120);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-composer] textarea")) hide();
});

// Whoever goes is no longer seen by others; a page that closes still says so.
function leave() {
  const here = document.querySelector("[data-presence]");
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (!here || !token) return;
  const said = new FormData();
  said.append(token.name, token.value);
  navigator.sendBeacon(here.dataset.leaveUrl, said);
}

window.addEventListener("pagehide", leave);

// Others see that somebody writes.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-presence]")) return;
  if (Date.now() - typedAt < 15000) event.detail.parameters.typing = "1";
});

words();
toRow();
toNewest();
