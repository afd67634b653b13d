/**
 * Bringing in a text: a file is sent as it is, and what was pasted as if it were a file, for a form holds little.
 */

for (const form of document.querySelectorAll("form[data-text]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  for (const field of form.querySelectorAll("[data-needs-script]")) /** @type {HTMLElement} */ (field).hidden = false;
  const words = /** @type {HTMLElement} */ (form.querySelector("[data-says]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const chosen = /** @type {HTMLInputElement} */ (form.elements.namedItem("file")).files?.[0];
    const file = chosen ?? new Blob([String(given.get("text"))]);
    if (file.size > Number(form.dataset.largest)) {
      words.textContent = form.dataset.large ?? "";
      return;
    }
    const about = new URLSearchParams({ part: String(given.get("part")), from: String(given.get("from")) });
    try {
      const answer = await fetch(`${form.dataset.file}?${about}`, {
        method: "POST",
        body: await file.arrayBuffer(),
        headers: { Accept: "application/json", "Content-Type": "application/octet-stream" },
      });
      const told = await answer.json();
      if (answer.ok) location.assign(told.goes);
      else words.textContent = told.says ?? told.refused;
    } catch {
      words.textContent = form.dataset.fails ?? "";
    }
  });
}
