/**
 * The recorder in its room: follows the conversation's state, and stops before anyone says so.
 *
 * One track a part; what lies here of an earlier visit is sent first of all. A microphone is asked for at the
 * tick «Ik neem zelf op» or, on the worker's device, when everyone said yes: never as the answer to an answer.
 *
 * @typedef {import("./live.js").Page} Page
 * @typedef {import("./live.js").State} State
 * @typedef {import("./spool.js").Note} Note
 * @typedef {{note: Note, sender: import("./protocol.js").Sender, free: () => void, done: Promise<void>}} Held a track that this page sends
 */

import { EVENTS, RATE, fromHex } from "./body.js";
import { littleSpace, lock, lowBattery, mayFallAsleep, stayAwake } from "./device.js";
import { supported } from "./encode.js";
import { guardWith } from "./leave.js";
import { Sender, tieClock } from "./protocol.js";
import { Reached } from "./reached.js";
import { Recorder } from "./recorder.js";
import { Screen } from "./screen.js";
import { noteOf, openSpool } from "./spool.js";

const OURS = /^W([5-8]|FAIL)/; // screens on which the worker's device may record
const OVER = /^(PNEE|PSTOP|P7|P8|WNEE|WSTOP|W9)/; // nobody needs a microphone any more
const CHECK = 3000;
const TAIL = 3; // seconds

/** @type {Page} */
let page;
/** @type {import("./spool.js").Spool} */
let spool;
/** @type {Screen} */
let screen;
const recorder = new Recorder((word, value) => hear(word, value));
/** @type {Map<string, Held>} by the name of the track on this device */
const held = new Map();
/** @type {Held|null} the track into which this page records */
let live = null;
/** @type {(() => void)|null} lets another tab record */
let freeRecorder = null;
/** @type {Promise<boolean>|null} */
let preparing = null;
let checked = false;
let forbidden = false;
let toldReady = false;
let working = false;
let leftBehind = false; // earlier tracks have been looked after
let ignoreUntil = -1; // page clock (ms): a state that was asked before it is older than what was tapped
let zero = false;
let gives = false;
let refusedSamples = 0;
let askedAt = "";
/** @type {Promise<void>} */
let puts = Promise.resolve();
/** @type {Reached} */
let reached;

/** @param {Page} around */
export async function open(around) {
  page = around;
  reached = new Reached(page);
  spool = await openSpool();
  screen = new Screen(page, () => ({ live: live !== null, running: recorder.running, hears: recorder.hears && !zero, ...reached.shown }));
  guardWith({ recording: () => live !== null, close: async () => stop() });
  addEventListener("beforeunload", (event) => {
    if (live && !document.documentElement.hidden) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    // A sign, so that nobody believes that this device still records; when it comes back it says so.
    if (live) navigator.sendBeacon?.(page.beside("failed"), new URLSearchParams({ track: live.note.track }));
  });
  document.addEventListener("visibilitychange", () => {
    if (live && !document.hidden) void stayAwake();
  });
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-go-on]")) void regain();
  });
  if (!document.body.dataset.ticketUrl) await lookAfter(null);
}

/** Follow what the server says now. @param {State} state */
export async function follow(state) {
  tieClock(state.server_ms, state.received);
  if (working || state.asked < ignoreUntil) return;
  working = true;
  try {
    const over = OVER.test(state.screen) || state.running === "stopped";
    const claims = state.claim && (document.body.dataset.role === "worker" ? OURS.test(state.screen) : !over);
    if (state.record || claims) await prepare();
    else if (over && !live) letGo();
    if (claims) await tellReady();
    const going = live !== null && live.note.part === state.part;
    if (live && !going) await stop();
    if (!state.record) {
      if (live && state.running === "paused") await recorder.pause();
      else if (live) await stop();
    } else if (!going) {
      await start();
    } else if (!recorder.open && recorder.tap) {
      await beginEpoch();
    } else {
      recorder.resume();
    }
    await lookAfter(state);
  } finally {
    working = false;
  }
}

/** The box «Ik neem zelf op» was ticked, or unticked. @param {boolean} on */
export async function ticked(on) {
  forbidden = false;
  if (on) {
    await prepare();
  } else if (!live) {
    letGo();
  }
}

/** The light of the microphone goes out. */
function letGo() {
  recorder.release();
  checked = toldReady = zero = false;
}

/** Microphone open, three seconds looked at it, battery and space seen. @returns {Promise<boolean>} */
function prepare() {
  if (recorder.tap) return Promise.resolve(true);
  if (forbidden) return Promise.resolve(false); // until somebody taps again
  preparing ??= openMicrophone().finally(() => (preparing = null));
  return preparing;
}

async function openMicrophone() {
  if (!spool.base && held.size === 0) spool = await openSpool();
  try {
    if (!(await supported())) {
      page.notice("unsupported", true);
      forbidden = true;
      return false;
    }
    await recorder.prepare();
  } catch {
    page.notice("denied", true);
    forbidden = true;
    return false;
  }
  page.notice("denied", false);
  page.notice("ended", false);
  page.notice("memory", !spool.durable);
  void check();
  return true;
}

async function check() {
  const goesOn = (await spool.tracks()).some((note) => !note.over);
  do await new Promise((resolve) => setTimeout(resolve, goesOn ? CHECK / 10 : CHECK));
  while (recorder.tap && !recorder.hears);
  checked = recorder.tap !== null;
  page.notice("battery", await lowBattery());
  page.notice("space", await littleSpace());
}

async function tellReady() {
  if (toldReady || !checked || !recorder.hears) return;
  toldReady = (await page.post(page.beside("ready"), { records: "yes" }))?.ok === true;
}

/** Begin a track, or go on with the one that lies here of this part. */
async function start() {
  if (!(await prepare())) return;
  if (!spool.durable && !navigator.onLine) return;
  freeRecorder ??= await lock("recorder");
  page.notice("other_tab", !freeRecorder);
  if (!freeRecorder) return;
  const here = (await spool.tracks()).filter((note) => !note.closed);
  const answer = await page.post(document.body.dataset.ticketUrl ?? "", { tracks: here.map((note) => note.track).join(",") });
  if (!answer?.ok) return;
  const ticket = await answer.json();
  tieClock(ticket.server_ms);
  const known = here.find((note) => note.track === ticket.track);
  const note = known ?? noteOf(ticket);
  note.token = ticket.token;
  note.over = false;
  const holds = await hold(note);
  if (!holds) return;
  live = holds;
  page.notice("unfinished", false);
  await beginEpoch();
  recorder.tone("start");
  await stayAwake();
}

async function beginEpoch() {
  if (!live) return;
  const { note, sender } = live;
  note.epoch += 1;
  sender.epoch = note.epoch;
  await spool.save(note);
  recorder.begin(fromHex(note.track), note.epoch, (made) => keep(note, sender, made));
}

/**
 * Keep a chunk before it is sent.
 * @param {Note} note
 * @param {Sender} sender
 * @param {import("./recorder.js").Made} made
 */
function keep(note, sender, made) {
  const until = reached.place(made);
  puts = puts.then(async () => {
    const seq = note.next;
    note.next += 1;
    if (await spool.put(note, seq, made.body)) {
      reached.keep(seq, until);
      sender.hurry();
    } else {
      note.next -= 1;
      recorder.event(EVENTS.lost, Math.round(((made.until - made.from) * RATE) / 1000));
      page.notice("full", true);
    }
    page.notice("memory", !spool.durable);
  });
}

/**
 * Stop this device, network or not.
 * @param {{tail?: boolean}} [how] without the tail when a tap on this device stops everyone
 * @returns {Promise<void>}
 */
async function stop(how) {
  const stopping = live;
  live = null;
  await recorder.stop(how);
  await puts;
  recorder.tone("stop");
  letGo();
  await mayFallAsleep();
  freeRecorder?.();
  freeRecorder = null;
  for (const name of ["silent", "zero", "muted", "tap", "ended"]) page.notice(name, false);
  if (!stopping) return;
  stopping.note.over = true;
  await spool.save(stopping.note);
  stopping.sender.hurry();
}

/**
 * Do on this device what a form asks, before it is sent; gives what must be added to it, or null to send nothing.
 * @param {import("./taps.js").Act} act
 * @param {URLSearchParams} fields
 * @returns {Promise<Record<string, string>|null>}
 */
export async function act(act, fields) {
  if (act === "stop" || act === "pause") {
    ignoreUntil = Infinity;
    const where = live ? { track: live.note.track, epoch: String(live.note.epoch), position: String(recorder.position) } : {};
    if (act === "stop") void stop({ tail: false });
    else void recorder.pause().then(() => recorder.tone("stop"));
    return act === "stop" ? where : {};
  }
  if (act === "start" || act === "retry") {
    forbidden = false;
    await prepare();
  }
  if (act === "copy") {
    const { choose } = await import("./copy.js");
    return choose(fields.get("choice") ?? "", { page, spool });
  }
  return {};
}

/** What was asked has arrived: states from before it count no longer. @param {boolean} arrived */
export function acted(arrived) {
  if (arrived) ignoreUntil = performance.now();
}

/**
 * Hold a track in this page alone, and begin to send it.
 * @param {Note} note
 * @returns {Promise<Held|null>} null when another tab has it
 */
async function hold(note) {
  const mine = held.get(note.id);
  if (mine && !mine.sender.over) return mine;
  const free = mine?.free ?? (await lock(`t${note.id}`));
  if (!free) return null;
  const sender = new Sender(spool, note, (what, value) => answered(note, what, value), { epoch: -1, renew });
  const holds = { note, sender, free, done: sender.run() };
  held.set(note.id, holds);
  return holds;
}

/** Send what an earlier visit left here; close it unless it may go on. @param {State|null} state */
async function lookAfter(state) {
  const mayGoOn = state !== null && (state.claim || state.record) && ["running", "paused"].includes(state.running);
  if (leftBehind && mayGoOn) return;
  for (const note of leftBehind ? [] : await spool.tracks()) if (note.saved && note.closed) await spool.remove(note);
  const notes = (await spool.tracks()).filter((note) => !note.closed && note !== live?.note);
  leftBehind = true;
  for (const note of notes) {
    if (held.get(note.id)?.sender.over) continue; // a person decides
    if (!note.over && !(mayGoOn && note.part === state?.part)) note.over = true;
    const known = held.has(note.id);
    const holds = await hold(note);
    if (holds && !known) {
      page.notice("unfinished", true);
      void holds.done.then(drained);
    }
    holds?.sender.hurry();
  }
  const giving = (await spool.tracks()).some((note) => note.giving);
  if (giving && !gives) {
    gives = true;
    void import("./copy.js").then(({ giveAll }) => giveAll(page, spool)).finally(() => (gives = false));
  }
  const needed = live || recorder.tap || preparing || mayGoOn;
  if (spool.base && spool.notes.size === 0 && !needed) spool.discard();
}

/** What an earlier visit left has all been sent. */
function drained() {
  if ([...spool.notes.values()].some((note) => !note.closed)) return;
  page.notice("behind", false);
  page.notice("unfinished", false);
  page.notice("drained", true);
}

/** A new token from the page's own session, when the server no longer takes the old one. @param {Note} note */
async function renew(note) {
  const url = document.body.dataset.ticketUrl;
  const answer = url ? await page.post(url, { tracks: note.track, renew: "yes" }) : null;
  const ticket = answer?.ok ? await answer.json() : null;
  if (ticket?.track !== note.track) return false;
  note.token = ticket.token;
  return true;
}

/**
 * What the server said about a track.
 * @param {Note} note
 * @param {import("./protocol.js").Told} what
 * @param {any} value
 */
function answered(note, what, value) {
  if (what === "accepted" && live?.note === note) reached.accept(value.seq);
  else if (what === "refused") tellRefused(value.samples);
  else if (what === "behind") page.notice("behind", value);
  else if (what === "fork" || what === "sealed") page.notice(what, true);
  else if (what === "closed" && !note.kept) void spool.remove(note);
  else if (what === "state" && live?.note === note && value.running !== "running" && recorder.running) {
    if (value.running === "stopped") void recorder.pause();
    const stands = `${value.running} ${value.part}`;
    if (stands !== askedAt) void page.poll();
    askedAt = stands;
  }
}

/**
 * Say that seconds were destroyed. The short tail of every stop is not told: only a phone that did not tap has one,
 * so it would show who did (law 5).
 * @param {number} samples
 */
function tellRefused(samples) {
  refusedSamples += samples;
  const seconds = Math.ceil(refusedSamples / RATE);
  if (seconds > TAIL) page.notice("refused", { count: String(seconds) });
}

/**
 * What the microphone said.
 * @param {string} word
 * @param {any} value
 */
function hear(word, value) {
  if (word === "level") return screen?.level(value.rms);
  if (word === "zero") zero = value;
  if (word === "slept") return void regain();
  if (word === "broken") {
    page.notice("ended", true);
    void recorder.stop().then(() => recorder.release());
  } else if (live || word === "ended") {
    page.notice(word, value);
  }
  if (value && live) recorder.tone("failure");
}

/** After an interruption: a new epoch, with the microphone that is there now. */
async function regain() {
  if (!live) return;
  forbidden = false;
  await recorder.stop();
  recorder.release();
  page.notice("tap", false);
  if (await prepare()) await beginEpoch();
}
