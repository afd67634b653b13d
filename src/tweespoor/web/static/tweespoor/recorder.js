/**
 * One microphone, from permission to chunks.
 *
 * *Clocks.* Positions are 48 kHz samples since the epoch began; they are the truth inside an epoch. The page's
 * monotonic clock is laid beside them (the smallest delay seen lately), so that each chunk can say when its first
 * sample sounded, and so that samples that never came are found: then the position jumps and `lost` says by how
 * much. Lost sound is never replaced by silence.
 *
 * *Trust* goes to samples that advance, never to `AudioContext.state`: both «running» and «recording» are said
 * while nothing is captured.
 *
 * @typedef {{body: Uint8Array<ArrayBuffer>, from: number, until: number}} Made  a chunk without its number, and
 *   the page clock (ms) at which it began and ended
 * @typedef {"level"|"silent"|"zero"|"muted"|"tap"|"ended"|"broken"|"slept"} Word
 */

import { EVENTS, FRAME, MOST_PACKETS, RATE, write } from "./body.js";
import { Encoder } from "./encode.js";

const SECOND = 50; // packets in a chunk
const SILENT = 500; // ms without a new sample
const ZERO = 3; // seconds of exact zeros
const LOST = 250; // ms that sound may lag before it counts as lost
const SLEPT = 2000; // ms by which the two clocks may part
const FULL_SCALE = 0.999;
const PER_MS = RATE / 1000;
const BLOCK_MS = FRAME / PER_MS;

export class Recorder {
  /** @param {(word: Word, value: any) => void} tell */
  constructor(tell) {
    this.tell = tell;
    /** @type {MediaStream|null} */
    this.stream = null;
    /** @type {AudioContext|null} */
    this.context = null;
    /** @type {MediaStreamAudioSourceNode|null} */
    this.source = null;
    /** @type {AudioWorkletNode|null} */
    this.tap = null;
    /** @type {Encoder|null} */
    this.encoder = null;
    this.running = false;
    this.open = false; // an epoch is open
    this.epoch = 0;
    this.shift = 0; // position of the epoch minus position of the tap
    this.tapNext = 0;
    this.position = 0; // of the next sample
    this.fresh = true; // the next block opens a stretch
    this.since = 0; // page clock (ms) before which nothing may be recorded
    this.monoFloor = Infinity;
    this.wallFloor = Infinity;
    this.apart = Date.now() - performance.now();
    this.lastMono = 0;
    this.heardAt = 0;
    this.zeros = 0;
    this.loud = false;
    /** @type {import("./body.js").Packet[]} */
    this.packets = [];
    /** @type {import("./body.js").Event[]} */
    this.events = [];
    /** @type {Map<number, import("./body.js").Event>} what was lost just before a position */
    this.losses = new Map();
    /** @type {Promise<void>} */
    this.order = Promise.resolve();
    this.watch = 0;
    this.said = { silent: false, zero: false };
    /** @type {(made: Made) => void} */
    this.onChunk = () => undefined;
    this.onVisibility = () => this.event(document.hidden ? EVENTS.hidden : EVENTS.visible);
    this.onDevices = () => this.event(EVENTS.deviceChange);
  }

  /** Whether samples are coming in now. */
  get hears() {
    return this.tap !== null && performance.now() - this.heardAt < SILENT;
  }

  /** Open the microphone; throws what the browser throws when it may not. */
  async prepare() {
    if (this.tap) return;
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    const asked = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: asked, video: false });
    this.stream = stream;
    const [track] = stream.getAudioTracks();
    track.addEventListener("mute", () => this.muted(true));
    track.addEventListener("unmute", () => this.muted(false));
    track.addEventListener("ended", () => this.gone());
    const context = this.context;
    if (context.state !== "running") await Promise.race([context.resume(), new Promise((late) => setTimeout(late, SILENT))]);
    await context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
    const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 1, channelCountMode: "max" });
    tap.port.onmessage = (message) => {
      if (this.tap === tap) this.take(message.data); // what one before it still says is of another clock
    };
    tap.onprocessorerror = () => this.tell("broken", new Error("tap"));
    this.source = context.createMediaStreamSource(stream);
    this.source.connect(tap);
    tap.connect(context.destination); // its output is silence; some browsers run only what is heard
    context.onstatechange = () => this.interruption();
    this.tap = tap;
    this.heardAt = performance.now();
    this.tapNext = 0;
    this.monoFloor = this.wallFloor = Infinity;
    this.watch = window.setInterval(() => this.look(), 100);
    document.addEventListener("visibilitychange", this.onVisibility);
    navigator.mediaDevices.addEventListener("devicechange", this.onDevices);
    if (track.muted) this.muted(true);
  }

  /**
   * Begin an epoch of a track; sound flows from the next block on.
   * @param {Uint8Array} track 16 bytes
   * @param {number} epoch
   * @param {(made: Made) => void} onChunk
   */
  begin(track, epoch, onChunk) {
    this.track = track;
    this.epoch = epoch;
    this.onChunk = onChunk;
    this.position = 0;
    this.lastMono = 0;
    this.shift = -this.tapNext;
    this.packets = [];
    this.events = [];
    this.losses.clear();
    this.encoder = new Encoder((position, bytes) => this.packet(position, bytes), (error) => this.tell("broken", error));
    this.open = true;
    this.fresh = true;
    this.since = performance.now();
    this.running = true;
  }

  /** @param {{position: number, samples: Float32Array<ArrayBuffer>, wall: number}} block */
  take({ position, samples, wall }) {
    const now = performance.now();
    this.heardAt = now;
    this.measure(samples);
    const apart = Date.now() - now;
    if (Math.abs(apart - this.apart) > SLEPT && this.running) this.tell("slept", true);
    this.apart = apart;
    const mono = now - position / PER_MS;
    const byWall = wall - position / PER_MS;
    // Both clocks must agree: the page may have been busy, the wall clock may have been set.
    const late = Math.min(mono - this.monoFloor, byWall - this.wallFloor);
    if (late > LOST) {
      this.shift += Math.round(late * PER_MS);
      this.monoFloor = mono;
      this.wallFloor = byWall;
    }
    // A little upward, for two clocks never run equally fast (0.1 %).
    this.monoFloor = Math.min(this.monoFloor + BLOCK_MS / 1000, mono);
    this.wallFloor = Math.min(this.wallFloor + BLOCK_MS / 1000, byWall);
    this.tapNext = position + FRAME;
    if (!this.running || !this.encoder) return;
    // A busy page hears blocks late: what sounded before it might record is not recorded.
    if (this.fresh && position / PER_MS + this.monoFloor - BLOCK_MS < this.since) return;
    if (this.fresh && this.position === 0) this.shift = -position;
    const place = position + this.shift;
    if (place < this.position) return; // the last packet of the stretch before still covers it
    if (this.fresh) {
      if (this.position > 0) this.event(EVENTS.resumed, 0, place);
      this.fresh = false;
    } else if (place > this.position) {
      this.losses.set(place, { position: this.position, code: EVENTS.lost, value: place - this.position });
    }
    this.position = place + FRAME;
    this.encoder.push(place, samples);
  }

  /** @param {() => void} work done when the orders before it are */
  hold(work) {
    this.order = this.order.then(work);
  }

  /** @param {Float32Array} samples */
  measure(samples) {
    let peak = 0;
    let power = 0;
    let full = 0;
    for (const sample of samples) {
      const size = Math.abs(sample);
      if (size > peak) peak = size;
      if (size >= FULL_SCALE) full += 1;
      power += size * size;
    }
    this.zeros = peak === 0 ? this.zeros + samples.length : 0;
    if (full > 2 && !this.loud) this.event(EVENTS.clipping);
    this.loud = full > 2;
    this.tell("level", { peak, rms: Math.sqrt(power / samples.length) });
  }

  /** Look whether sound still comes. */
  look() {
    const silent = !this.hears;
    const zero = this.zeros >= ZERO * RATE;
    if (silent !== this.said.silent) this.tell("silent", (this.said.silent = silent));
    if (zero !== this.said.zero) this.tell("zero", (this.said.zero = zero));
  }

  /** @param {boolean} on */
  muted(on) {
    this.event(on ? EVENTS.muted : EVENTS.unmuted);
    this.tell("muted", on);
  }

  /** The microphone went away: the epoch is over, a new one may begin with another. */
  gone() {
    if (!this.tap) return;
    void this.stop();
    this.release();
    this.tell("ended", true);
  }

  /** A call or an assistant took the sound, or gave it back. */
  interruption() {
    const state = /** @type {string} */ (this.context?.state);
    if (state === "running") {
      this.tell("tap", false);
    } else if (state !== "closed" && this.tap) {
      this.event(EVENTS.interrupted);
      this.tell("tap", true);
      void this.context?.resume();
    }
  }

  /**
   * Note what happened; the chunk ends with it, so that it is known within a second.
   * @param {number} code
   * @param {number} [value]
   * @param {number} [place]
   */
  event(code, value = 0, place = this.position) {
    if (!this.open) return;
    const last = this.events.at(-1)?.position ?? 0;
    this.events.push({ position: Math.max(place, last), code, value });
    if (code !== EVENTS.clipping && code !== EVENTS.resumed) this.cut();
  }

  /**
   * @param {number} position
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  packet(position, bytes) {
    const before = this.packets.at(-1);
    if (before && before.position + FRAME !== position) this.cut(); // packets of a chunk lie end to end
    const loss = this.losses.get(position);
    if (loss && this.losses.delete(position)) this.events.push(loss);
    this.packets.push({ position, bytes });
    if (this.packets.length >= Math.min(SECOND, MOST_PACKETS)) this.cut();
  }

  /** Close the chunk: what was encoded until now, and what happened. */
  cut() {
    if (!this.track || !this.encoder || this.packets.length + this.events.length === 0) return;
    const first = this.packets[0]?.position ?? this.events[0].position;
    const last = this.packets.at(-1)?.position ?? first - FRAME;
    const from = this.moment(first);
    this.lastMono = Math.max(this.lastMono + 0.001, from);
    const body = write({
      track: this.track, number: 0, epoch: this.epoch, mono: this.lastMono * 1000,
      wall: Date.now() - (performance.now() - this.lastMono), preskip: this.encoder.preskip,
      events: this.events.splice(0), packets: this.packets.splice(0),
    });
    this.onChunk({ body, from: this.lastMono, until: this.moment(last + FRAME) });
  }

  /** When a position of this epoch sounded, by the page's clock. @param {number} position */
  moment(position) {
    const floor = Number.isFinite(this.monoFloor) ? this.monoFloor - BLOCK_MS : performance.now();
    return Math.max(0, (position - this.shift) / PER_MS + floor);
  }

  /** Stand still; what was heard until now is kept. */
  pause() {
    if (!this.running) return this.order;
    this.running = false;
    return this.finish(EVENTS.paused);
  }

  resume() {
    if (!this.open || this.running) return;
    const since = performance.now();
    this.hold(() => {
      this.fresh = true;
      this.since = since;
      this.running = this.open;
    });
  }

  /**
   * Stop: the tap first, then the encoder, then the last chunk. Without the tail, what was heard since the last whole
   * chunk is forgotten: the tracks of all others end at a whole chunk too, so a track does not tell who stopped (law 5).
   * @param {{tail?: boolean}} [how]
   */
  stop({ tail = true } = {}) {
    if (!this.open) return this.order;
    this.running = false;
    const finished = (tail ? this.finish(EVENTS.ended) : this.drop()).then(() => {
      this.open = false;
      this.encoder?.close();
      this.encoder = null;
    });
    this.order = finished;
    return finished;
  }

  /**
   * Flush, say what happened at the true end, and close the chunk.
   * @param {number} code
   */
  finish(code) {
    const end = this.position;
    const encoder = this.encoder;
    this.order = this.order.then(async () => {
      await encoder?.flush().catch(() => undefined);
      this.position = Math.max(end, encoder?.end ?? 0);
      this.event(code, 0, end);
    });
    return this.order;
  }

  /** Forget what was heard since the last whole chunk. */
  drop() {
    this.order = this.order.then(async () => {
      this.track = null; // what the encoder still gives makes no chunk
      await this.encoder?.flush().catch(() => undefined);
      this.packets.length = this.events.length = 0;
    });
    return this.order;
  }

  /** Let go of the microphone; its light goes out. */
  release() {
    clearInterval(this.watch);
    document.removeEventListener("visibilitychange", this.onVisibility);
    navigator.mediaDevices?.removeEventListener("devicechange", this.onDevices);
    this.tap?.port.postMessage("stop");
    this.source?.disconnect();
    this.tap?.disconnect();
    this.source = this.tap = null;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.zeros = 0;
    this.said = { silent: false, zero: false };
  }

  /**
   * A short tone, so that a start, a stop and a failure are heard as well.
   * @param {"start"|"stop"|"failure"} kind
   */
  tone(kind) {
    const context = this.context;
    if (context?.state !== "running") return;
    const steps = { start: [523, 784], stop: [784, 523], failure: [330, 330, 330] }[kind];
    const loudness = context.createGain();
    loudness.gain.value = 0.1;
    loudness.connect(context.destination);
    for (const [place, pitch] of steps.entries()) {
      const oscillator = context.createOscillator();
      oscillator.frequency.value = pitch;
      oscillator.connect(loudness);
      oscillator.start(context.currentTime + place * 0.18);
      oscillator.stop(context.currentTime + place * 0.18 + 0.12);
    }
  }
}
