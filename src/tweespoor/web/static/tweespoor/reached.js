/**
 * Up to where on the conversation's clock was recorded, kept on this device, and kept with the organisation.
 *
 * @typedef {import("./live.js").Page} Page
 */

const JITTER = 2000; // ms by which two looks at the conversation's clock may differ
const FRESH = 3000;

export class Reached {
  /** @type {Map<number, number>} where each chunk ends that was kept and not yet accepted */
  #ends = new Map();
  #heard = 0;
  #kept = 0;
  #safe = 0;

  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** All three, in ms. */
  get shown() {
    return { heard: this.#heard, kept: this.#kept, safe: this.#safe };
  }

  /**
   * Give where a chunk ends: as the server's clock says, else a chunk further than the one before.
   * @param {import("./recorder.js").Made} made
   */
  place(made) {
    this.#heard = this.#placed(made);
    return this.#heard;
  }

  /** @param {import("./recorder.js").Made} made */
  #placed(made) {
    const runs = this.page.state()?.running === "running" && this.page.age() < FRESH;
    if (!runs) return this.#heard + (made.until - made.from);
    const now = this.page.elapsed() - (performance.now() - made.until);
    return now < this.#heard && now > this.#heard - JITTER ? this.#heard : Math.max(0, now);
  }

  /**
   * A chunk lies on this device.
   * @param {number} seq
   * @param {number} until
   */
  keep(seq, until) {
    this.#ends.set(seq, until);
    this.#kept = until;
  }

  /** Everything up to this chunk lies with the organisation. @param {number} seq */
  accept(seq) {
    this.#safe = this.#ends.get(seq) ?? this.#safe;
    for (const earlier of this.#ends.keys()) if (earlier < seq) this.#ends.delete(earlier);
  }
}
