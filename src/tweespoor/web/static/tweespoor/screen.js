/**
 * What the recorder shows: three honest facts, and the two time lines of the last minute.
 *
 * This device hears sound; kept on this device up to; safely kept with the organisation up to. Lines are moved
 * by their SVG attributes, since the page allows no inline style.
 *
 * @typedef {object} Shown
 * @property {boolean} live      this device has a track
 * @property {boolean} running   it is recording now
 * @property {boolean} hears     samples come in, and they are not exactly zero
 * @property {number} kept       up to where on the conversation's clock (ms) is kept on this device
 * @property {number} safe       … and with the organisation
 */

const STROKES = 120;
const HALF_SECOND = 500;
const MIDDLE = 28;
const WIDTH = 10;

export class Screen {
  /**
   * @param {import("./live.js").Page} page
   * @param {() => Shown} look
   */
  constructor(page, look) {
    this.page = page;
    this.look = look;
    this.loudest = 0;
    /** @type {(number|null)[]} own loudness per half second; null: nothing was recorded */
    this.own = [];
    /** @type {boolean[]} whether the other recording ran, as far as is known */
    this.other = [];
    setInterval(() => this.beat(), HALF_SECOND);
    document.addEventListener("page", () => this.draw(this.look(), this.page.state()));
  }

  /** @param {number} rms */
  level(rms) {
    this.loudest = Math.max(this.loudest, rms);
  }

  beat() {
    const shown = this.look();
    const state = this.page.state();
    if (state?.running === "running") {
      this.own.push(shown.running && shown.hears ? this.loudest : null);
      this.other.push(document.body.dataset.role === "worker" || state.ours === "good");
      this.own.splice(0, this.own.length - STROKES);
      this.other.splice(0, this.other.length - STROKES);
    }
    this.draw(shown, state);
    this.loudest = 0;
  }

  /**
   * @param {Shown} shown
   * @param {import("./live.js").State|null} state
   */
  draw(shown, state) {
    const worker = document.body.dataset.role === "worker";
    const elapsed = this.page.elapsed();
    if (shown.live) {
      this.say("hears", this.page.sentence(shown.hears ? "hears" : "hears_not"));
      if (shown.kept) this.say("kept", this.page.sentence("kept", { time: this.page.minutes(shown.kept) }));
      if (shown.safe) this.say("safe", this.page.sentence("safe", { time: this.page.minutes(shown.safe) }));
      if (!worker) this.say("theirs", this.page.sentence(shown.hears ? "theirs_good" : "theirs_bad"));
    }
    if (state && !worker) this.say("ours", this.page.sentence(`ours_${state.ours}`));
    for (const meter of /** @type {NodeListOf<HTMLMeterElement>} */ (document.querySelectorAll("meter[data-bind=level]"))) meter.value = loudness(this.loudest);
    for (const label of /** @type {NodeListOf<SVGElement>} */ (document.querySelectorAll("[data-axis]"))) {
      const at = elapsed - Number(label.dataset.axis) * 1000;
      label.textContent = at >= 0 ? this.page.minutes(at) : "";
    }
    if (shown.live) document.querySelector(`[data-wave=${worker ? "ours" : "theirs"}]`)?.setAttribute("d", wave(this.own));
    document.querySelector(`[data-wave=${worker ? "theirs" : "ours"}]`)?.setAttribute("d", line(this.other));
  }

  /** @param {string} name @param {string} text */
  say(name, text) {
    for (const place of document.querySelectorAll(`[data-bind=${name}]`)) {
      if (text && place.textContent !== text) place.textContent = text;
    }
  }
}

/** Between 0 and 1 for -60 to 0 dB. @param {number} rms */
export function loudness(rms) {
  return rms > 0 ? Math.min(1, Math.max(0, 1 + (20 * Math.log10(rms)) / 60)) : 0;
}

/** One stroke each half second; where nothing was recorded is nothing. @param {(number|null)[]} levels */
function wave(levels) {
  const first = STROKES - levels.length;
  return levels.map((level, place) => {
    if (level === null) return "";
    const half = 0.1 + loudness(level) * (MIDDLE - 4);
    return `M${(first + place) * WIDTH + WIDTH / 2} ${(MIDDLE - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
  }).join("");
}

/** A recording that is made elsewhere has no wave here: a plain line where it ran. @param {boolean[]} ran */
function line(ran) {
  const first = STROKES - ran.length;
  return ran.map((there, place) => (there ? `M${(first + place) * WIDTH} ${MIDDLE}h${WIDTH}` : "")).join("") || `M${STROKES * WIDTH} ${MIDDLE}h0`;
}
