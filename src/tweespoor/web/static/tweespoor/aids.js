/**
 * «Lees voor»: the device itself reads the sentences of the page, in the language of the page.
 */

const SAID = "h1, h2, p, li, button, label, summary, legend, .link";

/** @param {Element} element */
function visible(element) {
  return element.checkVisibility?.() ?? element.getClientRects().length > 0;
}

/** The sentences of <main>, in order, each once. */
export function sentences() {
  const elements = [...document.querySelectorAll(`:is(main) :is(${SAID})`)].filter(visible);
  return elements
    .filter((element) => !elements.some((other) => other !== element && other.contains(element)))
    .map((element) => (element.textContent ?? "").replaceAll(/\s+/g, " ").trim())
    .filter((text) => text !== "");
}

/**
 * Begin to read, or stop; the button says which of both it does.
 * @param {HTMLElement} button
 */
export function toggle(button) {
  const voice = window.speechSynthesis;
  const speaking = voice.speaking || voice.pending;
  voice.cancel();
  if (speaking) return;
  const begin = button.textContent;
  const said = sentences().map((text) => new SpeechSynthesisUtterance(text));
  const rest = () => {
    button.textContent = begin;
  };
  for (const sentence of said) {
    sentence.lang = document.documentElement.lang;
    sentence.rate = 0.9;
    sentence.onerror = rest;
    if (sentence === said.at(-1)) sentence.onend = rest;
    voice.speak(sentence);
  }
  if (said.length > 0) button.textContent = button.dataset.stopText ?? begin;
}

// What was being read belongs to the screen that is gone.
document.addEventListener("page", () => window.speechSynthesis?.cancel());
