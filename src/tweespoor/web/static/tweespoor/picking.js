/**
 * Choosing pieces of a recording: drag over the lines of time, or let the playhead say where; the fields stay the truth.
 *
 * Each piece is a row of two fields, `[data-piece-row]`, with times as people type them. What stands in the fields is
 * drawn over the lines, `[data-picked]`. A tap on the lines moves the playhead, as on every player.
 */

const DRAGGED = 6;
const SHORTEST = 0.1;

/**
 * A moment as one could type it, to the tenth of a second.
 * @param {number} seconds
 * @param {string} point
 */
export function written(seconds, point = ".") {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const hours = Math.floor(tenths / 36000);
  const minutes = Math.floor(tenths / 600) % 60;
  const rest = `${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}${point}${tenths % 10}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * The moment that somebody typed, in seconds; undefined for anything else.
 * @param {string} text
 */
export function read(text) {
  const found = /^(?:(\d{1,2}):)?(\d{1,4}):([0-5]?\d)(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (!found) return undefined;
  const [, hours = "0", minutes, seconds, rest = "0"] = found;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${rest}`);
}

class Picker {
  /**
   * @param {HTMLElement} player
   * @param {HTMLFormElement} form
   */
  constructor(player, form) {
    this.player = player;
    this.form = form;
    this.total = Number(player.dataset.total);
    this.seek = /** @type {HTMLInputElement} */ (player.querySelector(".seek"));
    this.stage = /** @type {HTMLElement} */ (player.querySelector(".tracks__stage"));
    this.drawn = /** @type {SVGGElement} */ (player.querySelector("[data-picked]"));
    this.says = /** @type {HTMLElement | null} */ (form.querySelector("[data-picked-says]"));
    this.point = document.documentElement.lang === "nl" ? "," : ".";
    this.most = Number(form.dataset.most);
    this.active = this.rows[0];
    for (const element of form.querySelectorAll("[data-needs-script]")) {
      /** @type {HTMLElement} */ (element).hidden = false;
    }
    form.addEventListener("click", (event) => this.press(event));
    form.addEventListener("focusin", (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("[data-piece-row]");
      if (row) this.active = /** @type {HTMLElement} */ (row);
    });
    form.addEventListener("input", () => this.show());
    this.stage.addEventListener("pointerdown", (event) => this.drag(event), true);
    this.show();
  }

  get rows() {
    return /** @type {HTMLElement[]} */ ([...this.form.querySelectorAll("[data-piece-row]")]);
  }

  /**
   * @param {HTMLElement} row
   * @param {"begin" | "end"} name
   */
  field(row, name) {
    return /** @type {HTMLInputElement} */ (row.querySelector(`[name=${name}]`));
  }

  /** @param {MouseEvent} event */
  press(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!button) return;
    const row = /** @type {HTMLElement | null} */ (button.closest("[data-piece-row]"));
    const { pick } = button.dataset;
    if ("more" in button.dataset) {
      event.preventDefault();
      this.add();
    } else if (row && (pick === "begin" || pick === "end")) {
      this.field(row, pick).value = written(Number(this.player.dataset.at ?? 0), this.point);
      this.show();
    } else if (row && pick === "hear") this.hear(row);
    else if (row && pick === "drop") this.drop(row);
  }

  add() {
    const rows = this.rows;
    if (rows.length >= this.most) return;
    const last = rows[rows.length - 1];
    const fresh = /** @type {HTMLElement} */ (last.cloneNode(true));
    for (const name of /** @type {const} */ (["begin", "end"])) this.field(fresh, name).value = "";
    last.after(fresh);
    this.active = fresh;
    this.show();
    this.field(fresh, "begin").focus();
  }

  /** @param {HTMLElement} row */
  drop(row) {
    if (this.rows.length > 1) row.remove();
    else for (const name of /** @type {const} */ (["begin", "end"])) this.field(row, name).value = "";
    [this.active] = this.rows;
    this.show();
    this.field(this.active, "begin").focus();
  }

  /** @param {HTMLElement} row */
  hear(row) {
    const from = read(this.field(row, "begin").value);
    const until = read(this.field(row, "end").value);
    if (from === undefined || until === undefined || until <= from) return;
    this.player.dispatchEvent(new CustomEvent("hear", { detail: { from, until } }));
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const begin = event.clientX;
    let moved = false;
    /** @param {PointerEvent} now */
    const move = (now) => {
      moved ||= Math.abs(now.clientX - begin) >= DRAGGED;
      if (moved) this.pick(this.at(begin), this.at(now.clientX));
    };
    /** @param {PointerEvent} now */
    const end = (now) => {
      this.stage.removeEventListener("pointermove", move);
      this.stage.removeEventListener("pointerup", end);
      this.stage.removeEventListener("pointercancel", end);
      if (moved || now.type !== "pointerup") return;
      this.player.dispatchEvent(new CustomEvent("place", { detail: { at: this.at(begin) } }));
      this.seek.focus();
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", end);
    this.stage.addEventListener("pointercancel", end);
  }

  /** @param {number} x */
  at(x) {
    const box = this.stage.getBoundingClientRect();
    return Math.min(1, Math.max(0, (x - box.left) / box.width)) * this.total;
  }

  /**
   * @param {number} one
   * @param {number} other
   */
  pick(one, other) {
    const [begin, end] = one < other ? [one, other] : [other, one];
    this.field(this.active, "begin").value = written(begin, this.point);
    this.field(this.active, "end").value = written(Math.max(end, begin + SHORTEST), this.point);
    this.show();
  }

  show() {
    this.drawn.replaceChildren();
    const height = Number(this.drawn.ownerSVGElement?.getAttribute("height")) - 16;
    for (const [number, row] of this.rows.entries()) {
      const name = row.querySelector("[data-piece-number]");
      if (name) name.textContent = String(number + 1);
      const begin = read(this.field(row, "begin").value);
      const end = read(this.field(row, "end").value);
      if (begin === undefined || end === undefined || end <= begin || begin >= this.total) continue;
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      rect.setAttribute("class", "picked");
      rect.setAttribute("x", `${(100 * begin) / this.total}%`);
      rect.setAttribute("width", `${(100 * (Math.min(end, this.total) - begin)) / this.total}%`);
      rect.setAttribute("y", "16");
      rect.setAttribute("height", String(height));
      this.drawn.append(rect);
      if (row === this.active && this.says) {
        const { says = "" } = this.says.dataset;
        const told = says.replace("{begin}", written(begin, this.point)).replace("{end}", written(end, this.point));
        if (this.says.textContent !== told) this.says.textContent = told;
      }
    }
  }
}

const player = /** @type {HTMLElement | null} */ (globalThis.document?.querySelector("[data-player][data-picks]"));
const form = /** @type {HTMLFormElement | null} */ (globalThis.document?.querySelector("[data-pieces]"));
if (player && form) new Picker(player, form);
