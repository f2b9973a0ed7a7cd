// Saves a draft a moment after somebody stopped typing, says so, and shows what is not
// right yet beside its field. When somebody else was faster it stops and says that too.

const IDLE = 1500;
const RETRY = 8000;

export class Autosave {
  constructor(form, isUnsaved) {
    this.form = form;
    this.words = form.dataset;
    this.state = form.querySelector("[data-save-state]");
    this.isDirty = isUnsaved;
    // Beside two versions a person decides; nothing is saved over the other by itself.
    this.isStopped = document.querySelector(".conflict") !== null;
    this.running = null;
    this.warn = (event) => { if (this.isDirty) event.preventDefault(); };
    window.addEventListener("beforeunload", this.warn);
    if (isUnsaved && !this.isStopped) this.later(IDLE);
  }

  changed() {
    this.isDirty = true;
    if (this.isStopped) return;
    this.say(this.words.wordsUnsaved);
    this.later(IDLE);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  // The form is about to be posted as a whole: nothing is left to warn about.
  leave() {
    this.isDirty = false;
    this.stop();
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    window.removeEventListener("beforeunload", this.warn);
  }

  async pause() {
    clearTimeout(this.timer);
    await this.running;
  }

  save() {
    if (this.isStopped || this.running) return this.running;
    this.running = this.send().finally(() => { this.running = null; });
    return this.running;
  }

  async send() {
    const body = new FormData(this.form);
    body.set("do", "autosave");
    this.isDirty = false;
    this.say(this.words.wordsSaving);
    let answer, data;
    try {
      answer = await fetch(this.form.action, { method: "POST", body, credentials: "same-origin" });
      data = await answer.json();
    } catch {
      this.isDirty = true;
      this.say(this.words.wordsOffline, true);
      this.later(RETRY);
      return;
    }
    if (this.isStopped) return;
    if (data.conflict) {
      this.isDirty = true;
      this.isStopped = true;
      this.say(data.conflict, true);
      return;
    }
    this.show(data);
    if (answer.ok) {
      this.form.elements.namedItem("edits").value = data.edits;
      if (!this.isDirty) this.say(this.words.wordsSaved.replace("{at}", data.saved));
      else this.later(IDLE);
    } else {
      this.isDirty = true;
      this.say(this.words.wordsProblems, true);
    }
  }

  say(words, isWrong = false) {
    this.state.textContent = words;
    this.state.classList.toggle("bad", isWrong);
  }

  show({ problems = [], hinders }) {
    const at = new Map();
    for (const { path, message } of problems) at.set(path, [...(at.get(path) ?? []), message]);
    for (const place of this.form.querySelectorAll("[data-problem]")) {
      const words = (at.get(place.dataset.problem) ?? []).join(" ");
      if (place.textContent.trim() !== words) place.textContent = words;
      this.form.elements.namedItem(place.dataset.problem)?.toggleAttribute?.("aria-invalid", words !== "");
    }
    const list = this.form.querySelector("[data-todo]");
    list.replaceChildren(...hinders.map(({ where, message }) => {
      const item = document.createElement("li");
      if (where) {
        const place = document.createElement("b");
        place.textContent = where;
        item.append(place, ": ");
      }
      item.append(message);
      return item;
    }));
    this.form.querySelector("[data-ready-yes]").hidden = hinders.length > 0;
  }
}
