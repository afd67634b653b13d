/**
 * A comparison: how far it is, and for each difference the seconds around it, in both recordings, side by side.
 *
 * The two are aligned by four moments each, `data-ours` and `data-theirs`: where the seconds begin, where the difference
 * begins and ends, and where they end.  Between those a moment of one lies at the same share of the other.  A tap or the
 * key W changes from one to the other and goes on where it was.
 */

import { clock } from "./player.js";

const PAUSE = 1000;
const KEY = "w";

/**
 * Where a moment of one recording lies in the other.
 * @param {number[]} from
 * @param {number[]} to
 * @param {number} at
 */
export function across(from, to, at) {
  let part = 0;
  while (part < from.length - 2 && at >= from[part + 1]) part += 1;
  const length = from[part + 1] - from[part];
  const share = length > 0 ? Math.min(1, Math.max(0, (at - from[part]) / length)) : 0;
  return to[part] + share * (to[part + 1] - to[part]);
}

/** @param {string | undefined} text */
function moments(text) {
  return (text ?? "").split(" ").map(Number);
}

class Pair {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {"ours" | "theirs"} */
    this.side = "ours";
    this.at = { ours: moments(root.dataset.ours), theirs: moments(root.dataset.theirs) };
    this.place = this.at.ours[0];
    this.playing = false;
    this.begun = false;
    this.audio = { ours: new Audio(), theirs: new Audio() };
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-play]"));
    this.words = /** @type {HTMLElement} */ (root.querySelector("[data-says]"));
    for (const audio of Object.values(this.audio)) {
      audio.preload = "none";
      audio.addEventListener("timeupdate", () => this.follow(audio));
      audio.addEventListener("ended", () => audio === this.audio[this.side] && this.stop());
      audio.addEventListener("error", () => audio === this.audio[this.side] && this.fail());
    }
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    root.querySelector("[data-swap]")?.addEventListener("click", () => this.swap());
    root.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== KEY || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.swap();
    });
    root.hidden = false;
  }

  /** Where the file of a side begins, in seconds of that recording: of the copy only these seconds are there. */
  get begin() {
    return this.side === "ours" ? 0 : this.at.theirs[0];
  }

  async play() {
    for (const other of pairs) if (other !== this) other.pause();
    const audio = this.audio[this.side];
    this.playing = this.begun = true;
    this.show();
    if (!audio.src) {
      const url = this.side === "ours" ? await this.ours(audio) : (this.root.dataset.url ?? "");
      if (!this.playing || audio !== this.audio[this.side] || !url) return;
      audio.src = url;
    }
    audio.currentTime = Math.max(0, this.place - this.begin);
    audio.play().catch((problem) => problem.name !== "AbortError" && this.fail());
  }

  /**
   * The address of our sound in a form that this browser plays; the last one may still have to be made.
   * @param {HTMLAudioElement} audio
   */
  async ours(audio) {
    const { webm, ogg, copy } = this.root.dataset;
    if (webm && audio.canPlayType("audio/webm; codecs=opus")) return webm;
    if (ogg && audio.canPlayType("audio/ogg; codecs=opus")) return ogg;
    while (this.playing && copy) {
      const answer = await fetch(copy, { method: "HEAD" }).catch(() => undefined);
      if (answer?.status === 200) return copy;
      if (answer && answer.status !== 202) {
        this.fail();
        return "";
      }
      this.words.textContent = this.root.dataset.waits ?? "";
      await new Promise((done) => setTimeout(done, PAUSE));
    }
    return "";
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.audio[this.side].pause();
    this.show();
  }

  /** At the end of the seconds: the next time it begins again. */
  stop() {
    this.pause();
    this.place = this.at[this.side][0];
    this.begun = false;
    this.show();
  }

  swap() {
    const other = this.side === "ours" ? "theirs" : "ours";
    const was = this.playing;
    this.pause();
    this.place = across(this.at[this.side], this.at[other], this.place);
    this.side = other;
    this.begun = true;
    if (was) void this.play();
    else this.show();
  }

  /** @param {HTMLAudioElement} audio */
  follow(audio) {
    if (!this.playing || audio !== this.audio[this.side] || audio.seeking) return;
    this.place = audio.currentTime + this.begin;
    if (this.place >= this.at[this.side][3]) this.stop();
    else this.show();
  }

  fail() {
    this.pause();
    this.words.textContent = this.root.dataset.fails ?? "";
  }

  show() {
    this.root.dataset.side = this.side;
    this.root.dataset.at = this.place.toFixed(2);
    this.button.textContent = (this.playing ? this.button.dataset.pause : this.button.dataset.listen) ?? "";
    const says = (this.side === "ours" ? this.root.dataset.saysOurs : this.root.dataset.saysTheirs) ?? "";
    this.words.textContent = this.begun ? says.replace("{at}", clock(this.place)) : "";
  }
}

/** @type {Pair[]} */
const pairs = [];

/** @param {HTMLElement} root */
async function follow(root) {
  const bar = /** @type {HTMLProgressElement} */ (root.querySelector("progress"));
  const words = /** @type {HTMLElement} */ (root.querySelector("[data-says]"));
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    const answer = await fetch(root.dataset.state ?? "", { headers: { Accept: "application/json" } }).catch(() => undefined);
    if (!answer) continue;
    const { step, share } = answer.ok ? await answer.json() : { step: "gone", share: 0 };
    if (step !== "waiting" && step !== "working") break;
    bar.value = share * 100;
    const says = (step === "waiting" ? root.dataset.waiting : root.dataset.busy) ?? "";
    const now = says.replace("{percent}", String(Math.floor(share * 100)));
    if (words.textContent !== now) words.textContent = now;
  }
  location.reload();
}

if (globalThis.document) {
  for (const root of document.querySelectorAll("[data-pair]")) pairs.push(new Pair(/** @type {HTMLElement} */ (root)));
  const state = document.querySelector("[data-state]");
  if (state) void follow(/** @type {HTMLElement} */ (state));
}
