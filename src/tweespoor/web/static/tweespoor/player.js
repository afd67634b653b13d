/**
 * Listening back: one time line for all recordings, one sound at a time.
 *
 * Each recording is a row of pieces, `[data-piece]`: from when until when it holds sound, in seconds of the time line,
 * and where in which file. One hears the recording that was chosen; where it has a gap, another that has sound there;
 * where nobody recorded, the playhead steps over.
 *
 * A browser gets the file in which it finds a moment by one request; else the same in Ogg; one that plays neither gets the
 * copy of the same sound, which is made when somebody first asks for it.
 *
 * @typedef {{lane: string, begin: number, end: number, url: string, from: number}} Piece
 */

const BACK = 15;
const SLOWER = 0.75;
const NEAR = 0.05;
const PAUSE = 3000;

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * What is heard at a moment: in the chosen recording, else in another, else what comes first after it.
 * @param {Piece[]} pieces
 * @param {string} lane
 * @param {number} at
 * @returns {Piece | undefined}
 */
export function pieceAt(pieces, lane, at) {
  const here = pieces.filter((piece) => piece.begin <= at + NEAR && at + NEAR < piece.end);
  const later = pieces.filter((piece) => piece.begin > at).sort((one, other) => one.begin - other.begin);
  return (
    here.find((piece) => piece.lane === lane) ??
    here[0] ??
    later.find((piece) => piece.lane === lane && piece.begin === later[0].begin) ??
    later[0]
  );
}

class Player {
  /**
   * @param {HTMLElement} root
   * @param {"webm" | "ogg" | "copy"} form which form of a sound this browser plays
   */
  constructor(root, form) {
    this.root = root;
    /** @type {Set<string>} */
    this.made = new Set();
    this.total = Number(root.dataset.total);
    this.take(form);
    this.audio = new Audio();
    this.audio.preload = "none";
    this.audio.preservesPitch = true;
    this.lane = /** @type {HTMLInputElement | null} */ (root.querySelector("[name=lane]:checked"))?.value ?? "0";
    /** @type {Piece | undefined} */
    this.piece = undefined;
    this.at = 0;
    this.until = Infinity;
    this.playing = false;
    this.seek = /** @type {HTMLInputElement} */ (root.querySelector(".seek"));
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-play]"));
    this.words = /** @type {HTMLElement} */ (root.querySelector("[data-says]"));
    this.listen();
    this.show();
    this.goToHash();
    addEventListener("hashchange", () => this.goToHash());
  }

  /** @param {"webm" | "ogg" | "copy"} form */
  take(form) {
    this.copies = form === "copy";
    this.pieces = [...this.root.querySelectorAll("[data-piece]")].map((element) => {
      const { lane, begin, end, from, [form]: url } = /** @type {HTMLElement} */ (element).dataset;
      return { lane: lane ?? "", begin: Number(begin), end: Number(end), url: url ?? "", from: Number(from) };
    });
  }

  /** An address can name a second: `#t=12.5`. */
  goToHash() {
    const at = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1];
    if (at) this.go(Number(at));
  }

  listen() {
    this.button.addEventListener("click", () => {
      this.until = Infinity;
      if (this.playing) this.pause();
      else this.play();
    });
    this.root.querySelector("[data-back]")?.addEventListener("click", () => this.go(this.at - BACK));
    const slow = /** @type {HTMLButtonElement} */ (this.root.querySelector("[data-slow]"));
    slow.addEventListener("click", () => {
      const slower = slow.getAttribute("aria-pressed") !== "true";
      slow.setAttribute("aria-pressed", String(slower));
      this.audio.defaultPlaybackRate = this.audio.playbackRate = slower ? SLOWER : 1;
    });
    this.seek.addEventListener("input", () => {
      this.until = Infinity;
      this.go(Number(this.seek.value));
    });
    for (const chapter of document.querySelectorAll("[data-go]")) {
      chapter.addEventListener("click", () => {
        const { go, until } = /** @type {HTMLElement} */ (chapter).dataset;
        this.hear(Number(go), Number(until ?? Infinity));
      });
    }
    this.root.addEventListener("place", (asked) => {
      this.until = Infinity;
      this.go(/** @type {CustomEvent} */ (asked).detail.at);
    });
    this.root.addEventListener("hear", (asked) => {
      const { from, until } = /** @type {CustomEvent} */ (asked).detail;
      this.hear(from, until);
    });
    for (const choice of this.root.querySelectorAll("[name=lane]")) {
      choice.addEventListener("change", () => {
        this.lane = /** @type {HTMLInputElement} */ (choice).value;
        this.go(this.at);
      });
    }
    this.audio.addEventListener("timeupdate", () => this.follow());
    this.audio.addEventListener("ended", () => this.next());
    this.audio.addEventListener("error", () => this.broke());
  }

  play() {
    if (!this.pieces.length) return;
    if (!pieceAt(this.pieces, this.lane, this.at)) this.at = this.pieces[0].begin;
    this.playing = true;
    this.go(this.at);
  }

  /**
   * Play from one moment to another.
   * @param {number} from
   * @param {number} until
   */
  hear(from, until) {
    this.until = until;
    this.go(from);
    if (!this.playing) this.play();
  }

  pause() {
    this.playing = false;
    this.audio.pause();
    this.show();
  }

  /**
   * Move the playhead; sound is fetched only when it plays.
   * @param {number} at
   */
  go(at) {
    this.at = Math.min(Math.max(0, at), this.total);
    if (this.playing) {
      const piece = pieceAt(this.pieces, this.lane, this.at);
      if (!piece) {
        this.pause();
        return;
      }
      this.at = Math.max(this.at, piece.begin);
      this.start(piece);
    }
    this.show();
  }

  /** @param {Piece} piece */
  async start(piece) {
    this.piece = piece;
    if (this.copies && !this.made.has(piece.url)) {
      this.audio.pause();
      await this.prepare(piece.url);
      if (!this.playing || this.piece !== piece) return;
    }
    const place = piece.from + this.at - piece.begin;
    if (this.audio.dataset.url !== piece.url) {
      this.audio.dataset.url = piece.url;
      this.audio.src = piece.url;
    }
    this.audio.currentTime = place;
    this.audio.play().catch((problem) => {
      if (problem.name !== "AbortError") this.broke();
    });
  }

  /**
   * Wait until a copy is there.
   * @param {string} url
   */
  async prepare(url) {
    while (this.playing && !this.made.has(url)) {
      const answer = await fetch(url, { method: "HEAD" }).catch(() => undefined);
      if (answer?.status === 200) this.made.add(url);
      else if (answer && answer.status !== 202) this.fail();
      else {
        this.words.textContent = this.words.dataset.waits ?? "";
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }
  }

  follow() {
    if (!this.playing || !this.piece || this.audio.seeking || this.audio.dataset.url !== this.piece.url) return;
    const at = this.piece.begin + this.audio.currentTime - this.piece.from;
    if (at < this.piece.begin - 1) return; // the file is still being opened at its beginning
    this.at = Math.min(at, this.piece.end);
    if (at >= this.until) this.pause();
    else if (at >= this.piece.end - NEAR) this.next();
    else this.show();
  }

  /** The piece is over: on to what follows, over what nobody recorded. */
  next() {
    if (this.playing && this.piece) this.go(this.piece.end);
  }

  /** What a browser said that it plays, and does not, is heard as the copy. */
  broke() {
    if (this.audio.dataset.url !== this.piece?.url) return;
    if (this.copies || !this.audio.error) {
      this.fail();
    } else {
      this.take("copy");
      this.go(this.at);
    }
  }

  fail() {
    if (!this.playing) return;
    this.pause();
    this.words.textContent = this.words.dataset.fails ?? "";
  }

  show() {
    const { button, seek, words } = this;
    this.root.dataset.at = this.at.toFixed(2);
    const share = this.total ? this.at / this.total : 0;
    for (const cut of this.root.querySelectorAll("[data-played]")) {
      cut.setAttribute("width", String(Number(/** @type {SVGElement} */ (cut).dataset.played) * share));
    }
    if (document.activeElement !== seek || Math.abs(Number(seek.value) - this.at) >= Number(seek.step)) {
      seek.value = String(this.at);
    }
    seek.setAttribute("aria-valuetext", (seek.dataset.text ?? "").replace("{at}", clock(this.at)));
    for (const element of this.root.querySelectorAll("[data-clock]")) element.textContent = clock(this.at);
    const label = button.querySelector("[data-label]");
    if (label) label.textContent = (this.playing ? button.dataset.pause : button.dataset.listen) ?? "";
    button.querySelector("path")?.setAttribute("d", this.playing ? "M3 2h4v14H3zM11 2h4v14h-4z" : "M4 1.5v15l12-7.5z");
    const heard = this.playing ? this.piece?.lane : undefined;
    const says = heard ? (words.dataset[`lane${heard}`] ?? "") : "";
    if (words.textContent !== says) words.textContent = says;
  }
}

/**
 * Long recordings are drawn after the page is there.
 * @param {HTMLElement} root
 */
async function draw(root) {
  const { drawing } = root.dataset;
  if (!drawing) return;
  const answer = await fetch(drawing, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const lines = await answer.json();
  for (const path of root.querySelectorAll("[data-line]")) {
    const d = lines[/** @type {SVGElement} */ (path).dataset.line ?? ""];
    if (d) path.setAttribute("d", d);
  }
}

const root = /** @type {HTMLElement | null} */ (globalThis.document?.querySelector("[data-player]"));
if (root) {
  for (const element of root.querySelectorAll("[data-needs-script]")) /** @type {HTMLElement} */ (element).hidden = false;
  const says = /** @type {HTMLElement} */ (root.querySelector("[data-says]"));
  const audio = new Audio();
  if (audio.canPlayType("audio/webm; codecs=opus")) new Player(root, "webm");
  else if (audio.canPlayType("audio/ogg; codecs=opus")) new Player(root, "ogg");
  else if (audio.canPlayType('audio/mp4; codecs="mp4a.40.2"')) new Player(root, "copy");
  else says.textContent = says.dataset.cannot ?? "";
  draw(root);
}
