/**
 * Two small things around a code and a copy: the code to the clipboard, and waiting for a copy that is being made.
 */

const PAUSE = 3000;

for (const button of document.querySelectorAll("[data-copy-text]")) {
  if (!(button instanceof HTMLElement) || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copyText ?? "");
    button.textContent = button.dataset.done ?? "";
  });
}

/**
 * Ask whether the copy is there, and fetch it when it is.
 * @param {HTMLFormElement} form
 */
async function wait(form) {
  const answer = await fetch(form.dataset.making ?? "", { method: "HEAD" }).catch(() => undefined);
  if (answer?.status === 200) form.querySelector("button")?.click();
  else setTimeout(() => wait(form), PAUSE);
}

for (const form of document.querySelectorAll("[data-making]")) {
  if (form instanceof HTMLFormElement) void wait(form);
}
