/**
 * Bringing in a text: a file is sent as it is, what was pasted goes as a form.
 */

for (const form of document.querySelectorAll("form[data-text]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  for (const field of form.querySelectorAll("[data-needs-script]")) /** @type {HTMLElement} */ (field).hidden = false;
  const words = /** @type {HTMLElement} */ (form.querySelector("[data-says]"));
  form.addEventListener("submit", async (event) => {
    const file = /** @type {HTMLInputElement} */ (form.elements.namedItem("file")).files?.[0];
    if (!file) return;
    event.preventDefault();
    if (file.size > Number(form.dataset.largest)) {
      words.textContent = form.dataset.large ?? "";
      return;
    }
    const given = new FormData(form);
    const about = new URLSearchParams({ part: String(given.get("part")), from: String(given.get("from")) });
    try {
      const answer = await fetch(`${form.dataset.file}?${about}`, {
        method: "POST",
        body: await file.arrayBuffer(),
        headers: { Accept: "application/json", "Content-Type": "application/octet-stream" },
      });
      const told = await answer.json();
      if (answer.ok) location.assign(told.goes);
      else words.textContent = told.refused;
    } catch {
      words.textContent = form.dataset.fails ?? "";
    }
  });
}
