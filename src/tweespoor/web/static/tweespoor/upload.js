/**
 * Handing in a file: block by block, with how far it is, and on from where it broke off.
 *
 * Which file was being sent is remembered in this tab alone: by its size and date, with the number under which
 * the server knows it.  A block that was lost is simply sent again.
 */

const WAITS = [1, 2, 4, 8, 15, 15, 15, 15];

class Refusal extends Error {}

/**
 * @param {string} url
 * @param {RequestInit} [how]
 * @returns {Promise<any>}
 */
async function ask(url, how) {
  const answer = await fetch(url, { ...how, headers: { Accept: "application/json", ...how?.headers } });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (answer.status >= 500 && answer.status !== 507) throw new TypeError("not now");
  throw new Refusal(told.says ?? told.refused ?? "");
}

class Upload {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.words = /** @type {HTMLElement} */ (form.querySelector("[data-says]"));
    this.bar = /** @type {HTMLProgressElement} */ (form.querySelector("progress"));
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("button:not([type=button])"));
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  /** @param {string} key @param {Record<string, string>} [holes] */
  say(key, holes = {}) {
    const text = this.form.dataset[key] ?? key;
    this.words.textContent = text.replace(/\{(\w+)\}/g, (_, hole) => holes[hole] ?? "");
  }

  /**
   * Where the blocks of a file go.
   * @param {string} id
   */
  place(id) {
    return (this.form.dataset.blocks ?? "/stuk/{id}").replace("{id}", id);
  }

  async send() {
    const file = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("file")).files?.[0];
    if (!file) {
      this.say("none");
      return;
    }
    this.button.disabled = true;
    this.bar.hidden = false;
    const name = `given:${this.form.dataset.begin}:${file.size}:${file.lastModified}`;
    try {
      const { id, held, block } = await this.begin(file, name);
      await this.blocks(file, id, held, block);
      this.say("looks");
      const told = await ask(`${this.place(id)}/klaar`, { method: "POST" });
      sessionStorage.removeItem(name);
      location.assign(told.goes ?? this.form.dataset.next ?? "/");
    } catch (problem) {
      if (problem instanceof Refusal) sessionStorage.removeItem(name);
      this.words.textContent = (problem instanceof Refusal && problem.message) || (this.form.dataset.fails ?? "");
      this.bar.hidden = true;
      this.button.disabled = false;
    }
  }

  /** @param {File} file @param {string} name */
  async begin(file, name) {
    const known = JSON.parse(sessionStorage.getItem(name) ?? "null");
    if (known) {
      const there = await ask(`${this.place(known.id)}/`).catch(() => undefined);
      if (there) return { ...known, held: there.held };
    }
    const about = new URLSearchParams();
    for (const [key, value] of new FormData(this.form)) if (typeof value === "string") about.set(key, value);
    about.set("size", String(file.size));
    const begun = await ask(this.form.dataset.begin ?? "", { method: "POST", body: about });
    sessionStorage.setItem(name, JSON.stringify({ id: begun.id, block: begun.block }));
    return begun;
  }

  /** @param {File} file @param {string} id @param {number} held @param {number} block */
  async blocks(file, id, held, block) {
    let at = held;
    let tries = 0;
    while (at * block < file.size) {
      this.bar.value = (at * block) / file.size;
      this.say("busy", { percent: String(Math.floor((at * block * 100) / file.size)) });
      try {
        const body = file.slice(at * block, (at + 1) * block);
        const headers = { "Content-Type": "application/octet-stream" };
        at = (await ask(`${this.place(id)}/${at}`, { method: "POST", body, headers })).held;
        tries = 0;
      } catch (problem) {
        if (problem instanceof Refusal || tries === WAITS.length) throw problem;
        this.say("waits");
        await new Promise((done) => setTimeout(done, WAITS[tries] * 1000));
        tries += 1;
      }
    }
    this.bar.value = 1;
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Upload(/** @type {HTMLFormElement} */ (form));
