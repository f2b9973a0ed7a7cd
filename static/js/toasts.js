// Toasts: messages of the server, of HX-Trigger {"toast": {"message", "level"}}, and
// words for answers that never came. Toasts with a button stay until dismissed, or until
// three newer ones have come.

const tray = document.getElementById("toasts");
const SECONDS = 7;
const MOST = 3;

export function toast(message, level = "info") {
  const item = document.createElement("div");
  item.className = `toast-item ${level}`;
  const text = document.createElement("p");
  text.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", tray.dataset.dismiss);
  close.textContent = "×";
  item.append(text, close);
  tray.append(item);
}

function expire(item) {
  if (item.querySelector("form") || item.classList.contains("error")) return;
  let timer = setTimeout(() => item.remove(), SECONDS * 1000);
  const hold = () => clearTimeout(timer);
  const resume = () => {
    hold();
    timer = setTimeout(() => item.remove(), SECONDS * 1000);
  };
  item.addEventListener("pointerenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("pointerleave", resume);
  item.addEventListener("focusout", resume);
}

if (tray) {
  tray.querySelectorAll(".toast-item").forEach(expire);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node.classList?.contains("toast-item")) expire(node);
      }
    }
    while (tray.childElementCount > MOST) tray.firstElementChild.remove();
  }).observe(tray, { childList: true });

  tray.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) {
      event.target.closest(".toast-item").remove();
    }
  });

  document.addEventListener("toast", (event) => {
    toast(event.detail.message, event.detail.level);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const words = event.detail.xhr.status === 403 ? tray.dataset.forbidden : tray.dataset.failed;
    toast(words, "error");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => toast(tray.dataset.offline, "error"));
  }
}

// While HTMX waits for an answer, the place it will go to says so.
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.target?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target?.removeAttribute("aria-busy");
});
