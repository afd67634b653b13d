/**
 * Brings the chunks of one track to the server: one request at a time, again until each has been answered.
 *
 * Two answers let go of sound: accepted (of the house's own track; a kept track keeps its bodies), and refused
 * with the server's MAC: then those chunks are destroyed and the screen says so. Numbers are given when a chunk is
 * first sent, since a refused chunk is no part of the chain; from then on its bytes never change.
 *
 * @typedef {import("./spool.js").Note} Note
 * @typedef {import("./spool.js").Kept} Kept
 * @typedef {"accepted"|"refused"|"behind"|"fork"|"sealed"|"closed"|"state"} Told
 */

import * as body from "./body.js";

const MOST = 60; // chunks in a request
const LARGEST = 900_000; // bytes in a request
const PATIENCE = 15_000;
const SHORTEST = 500;
const LONGEST = 10_000;
const TRIES = 6; // of what is called unreadable: it may have been damaged on its way
const MEDIA = "application/vnd.tweespoor.";

const REMEMBERED = 60_000_000; // µs
const STEP = 1000; // ms that the server's clock may seem to go back because answers overtake each other

/** When the server told its clock lately (ms), and what ours said when that came (µs). @type {{server: number, at: number}[]} */
let ties = [];

/**
 * Tie our clock to the server's.
 * @param {number|undefined} server in ms
 * @param {number} [received] page clock in ms
 */
export function tieClock(server, received = performance.now()) {
  if (!server) return;
  const at = received * 1000;
  const known = server < (ties.at(-1)?.server ?? 0) - STEP ? [] : ties; // another clock than before
  ties = [...known.filter((tie) => at - tie.at < REMEMBERED), { server, at }];
}

/** Of the answers of the last minute the one that came fastest says most; one that came late would say «earlier». */
function tightest() {
  return ties.reduce((best, tie) => (tie.server * 1000 - tie.at > best.server * 1000 - best.at ? tie : best), ties[0]);
}

/**
 * Whether the server itself says that this run of numbers is refused.
 * @param {Note} note
 * @param {{refused_from: number, refused_to: number, clause: string, mac: string}} answer
 */
export async function refusalHolds(note, answer) {
  const salt = body.fromBase64(note.salt);
  const text = new TextEncoder();
  const info = body.join(text.encode("tweespoor/refusal/1"), body.fromHex(note.track));
  const material = await crypto.subtle.importKey("raw", salt, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  const key = await crypto.subtle.deriveKey(how, material, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["verify"]);
  const said = body.join(body.uint32(answer.refused_from), body.uint32(answer.refused_to), text.encode(answer.clause));
  return crypto.subtle.verify("HMAC", key, body.fromHex(answer.mac), said);
}

export class Sender {
  /**
   * @param {import("./spool.js").Spool} spool
   * @param {Note} note
   * @param {(what: Told, value: any) => void} tell
   * @param {{epoch: number, renew: (note: Note) => Promise<boolean>}} options epoch of this page (-1: none), and how a
   *   token that is refused can be had anew
   */
  constructor(spool, note, tell, { epoch, renew }) {
    this.spool = spool;
    this.note = note;
    this.tell = tell;
    this.epoch = epoch;
    this.renew = renew;
    this.over = false;
    this.resumed = note.next === 0; // else the server is asked first how far it is
    this.failures = 0;
    this.unreadable = 0;
    this.alone = false; // one chunk a request
    this.wake = () => undefined;
    this.more = false;
    addEventListener("online", () => this.wake());
  }

  /** There is something to send; a pause after a failure lasts all the same. */
  hurry() {
    this.more = true;
    if (this.failures === 0) this.wake();
  }

  /** Send until the track is closed and everything was answered, or nobody can go on. */
  async run() {
    while (!this.over) {
      let wait = 0;
      this.more = false;
      try {
        wait = await this.step();
        if (wait === 0) this.failures = 0;
      } catch {
        wait = this.pause();
      }
      this.tell("behind", this.failures > 1);
      const idle = wait > 0 && this.failures === 0;
      if (wait > 0 && !this.over && !(idle && this.more)) await this.sleep(wait);
    }
  }

  /** How long to wait after a failure: longer each time, and never the same as others. */
  pause() {
    this.failures += 1;
    return Math.min(LONGEST, SHORTEST * 2 ** Math.min(this.failures, 8)) * (0.5 + Math.random() / 2);
  }

  /** @param {number} ms */
  async sleep(ms) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    this.wake = () => undefined;
  }

  /** One request; how long to wait after it. @returns {Promise<number>} */
  async step() {
    const { note } = this;
    if (!this.resumed) return this.resume();
    const found = await this.spool.chunks(note, note.settled + 1, MOST);
    const batch = this.numbered(found);
    if (batch.length > 0) return this.send(batch);
    if (note.over && !note.closed) return this.close();
    if (note.closed) {
      this.over = true;
      this.tell("closed", note);
    }
    return LONGEST;
  }

  /**
   * As many as go into one request, each under its number.
   * @param {Kept[]} found
   */
  numbered(found) {
    let size = 0;
    const batch = [];
    for (const kept of found.slice(0, this.alone ? 1 : MOST)) {
      size += kept.body.length;
      if (batch.length > 0 && size > LARGEST) break;
      const number = this.note.accepted + 1 + batch.length;
      batch.push({ seq: kept.seq, number, body: body.renumber(kept.body, number) });
    }
    return batch;
  }

  /** @param {string} path @param {RequestInit} options @param {Record<string, string>} headers */
  ask(path, options = {}, headers = {}) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), PATIENCE);
    const all = { Authorization: `Bearer ${this.note.token}`, "X-Mono-Us": this.clock(), ...headers };
    return fetch(this.note.url + path, { ...options, headers: all, cache: "no-store", signal: giveUp.signal }).finally(() => clearTimeout(timer));
  }

  /** What ties this page's clock to the server's; no evidence. */
  clock() {
    const parts = [Math.round(performance.now() * 1000)];
    const more = [`wall=${Date.now()}`];
    if (this.epoch >= 0) more.unshift(`epoch=${this.epoch}`);
    const tie = tightest();
    if (tie) more.push(`server=${tie.server}`, `at=${Math.round(tie.at)}`);
    return [...parts, ...more].join(";");
  }

  /** Ask how far the server is, and let go of what it has. @returns {Promise<number>} */
  async resume() {
    const { note, spool } = this;
    const response = await this.ask("last");
    if (response.status !== 200) return this.refused(response, []);
    const last = await response.json();
    this.learn(last);
    const waiting = await spool.chunks(note, note.settled + 1, Math.max(0, last.accepted - note.accepted));
    const batch = waiting.map((kept, place) => ({ seq: kept.seq, number: note.accepted + 1 + place, body: body.renumber(kept.body, note.accepted + 1 + place) }));
    const { heads } = await this.chained(batch);
    const head = heads.at(-1) ?? note.head;
    const known = note.accepted + batch.length === last.accepted && (head === last.head || (last.accepted === -1 && head === ""));
    if (!known) return this.halt("fork");
    await this.settle(batch, heads, last);
    this.resumed = true;
    if (last.sealed) {
      note.closed = true;
      await spool.save(note);
      if ((await spool.chunks(note, note.settled + 1, 1)).length > 0) return this.halt("sealed");
    }
    return 0;
  }

  /**
   * Leaves and heads of a run of chunks that follow on what was accepted.
   * @param {{number: number, body: Uint8Array<ArrayBuffer>}[]} batch
   */
  async chained(batch) {
    const salt = body.fromBase64(this.note.salt);
    let head = this.note.head ? body.fromHex(this.note.head) : await body.firstHead(body.fromHex(this.note.track));
    const leaves = [];
    const heads = [];
    for (const chunk of batch) {
      const leaf = await body.leaf(salt, chunk.number, chunk.body);
      head = await body.nextHead(head, leaf);
      leaves.push(leaf);
      heads.push(body.toHex(head));
    }
    return { leaves, heads };
  }

  /** @param {{seq: number, number: number, body: Uint8Array<ArrayBuffer>}[]} batch @returns {Promise<number>} */
  async send(batch) {
    const { note } = this;
    const { leaves, heads } = await this.chained(batch);
    const items = note.kept
      ? batch.map((chunk, place) => body.join(leaves[place], chunk.body.subarray(0, body.prefixLength(chunk.body))))
      : batch.map((chunk) => chunk.body);
    const many = items.length > 1;
    const content = many ? body.join(...items.flatMap((item) => [body.uint32(item.length), item])) : items[0];
    const kind = many ? `${MEDIA}batch${note.kept ? "+leaf" : ""}` : `${MEDIA}${note.kept ? "leaf" : "chunk"}`;
    const headers = { "Content-Type": kind, "X-Head": heads[heads.length - 1] };
    const response = await this.ask(String(batch[0].number), { method: "POST", body: content }, headers);
    if (response.status !== 200) return this.refused(response, batch);
    const answer = await response.json();
    const taken = batch.filter((chunk) => chunk.number <= answer.accepted);
    const head = taken.length > 0 ? heads[taken.length - 1] : note.head;
    if (answer.head && taken.length === batch.length && answer.accepted === batch[batch.length - 1].number && answer.head !== head) return this.halt("fork");
    this.unreadable = 0;
    this.alone = false;
    await this.settle(taken, heads, answer);
    if (answer.refused_from !== undefined) await this.destroy(answer, batch);
    this.learn(answer);
    return taken.length > 0 || answer.refused_from !== undefined ? 0 : this.pause();
  }

  /**
   * The server has these, durable.
   * @param {{seq: number, number: number, body: Uint8Array<ArrayBuffer>}[]} taken
   * @param {string[]} heads
   * @param {{server_ms: number}} answer
   */
  async settle(taken, heads, answer) {
    const { note } = this;
    if (taken.length === 0) return;
    note.settled = taken[taken.length - 1].seq;
    note.accepted = taken[taken.length - 1].number;
    note.head = heads[taken.length - 1];
    const receipts = taken.map((chunk, place) => ({ number: chunk.number, head: heads[place], server_ms: answer.server_ms }));
    const stay = note.kept ? taken.map((chunk, place) => ({ seq: chunk.seq, body: chunk.body, receipt: receipts[place] })) : [];
    await this.spool.settle(note, note.kept ? [] : taken.map((chunk) => chunk.seq), stay);
    this.tell("accepted", { seq: note.settled });
  }

  /**
   * Destroy what the server refused, when it is the server that says so.
   * @param {{refused_from: number, refused_to: number, clause: string, mac: string}} answer
   * @param {{seq: number, number: number, body: Uint8Array<ArrayBuffer>}[]} batch
   */
  async destroy(answer, batch) {
    const gone = batch.filter((chunk) => chunk.number >= answer.refused_from && chunk.number <= answer.refused_to);
    if (gone.length === 0 || gone[0].number !== this.note.accepted + 1 || !(await refusalHolds(this.note, answer))) return false;
    this.note.settled = gone[gone.length - 1].seq;
    await this.spool.settle(this.note, gone.map((chunk) => chunk.seq), []);
    const packets = gone.reduce((sum, chunk) => sum + body.read(chunk.body).packets.length, 0);
    this.tell("refused", { samples: packets * body.FRAME, clause: answer.clause });
    return true;
  }

  /** What any good answer teaches. @param {any} answer */
  learn(answer) {
    tieClock(answer.server_ms);
    if (answer.token) this.note.token = answer.token;
    if (answer.state) this.tell("state", { ...answer.state, server_ms: answer.server_ms });
  }

  /**
   * Every other answer of the protocol; how long to wait.
   * @param {Response} response
   * @param {{seq: number, number: number, body: Uint8Array<ArrayBuffer>}[]} batch
   * @returns {Promise<number>}
   */
  async refused(response, batch) {
    const answer = await response.json().catch(() => ({}));
    switch (response.status) {
      case 403:
        this.learn(answer);
        return (await this.destroy(answer, batch)) ? 0 : this.pause();
      case 409:
        if (answer.error === "fork") return this.halt("fork");
        this.resumed = false; // what the server expects, it tells; ours is checked against its head
        return answer.expected === this.note.accepted + 1 ? this.pause() : 0;
      case 401:
        return (await this.renew(this.note)) ? 0 : this.pause();
      case 410:
        return this.halt("sealed");
      case 413:
      case 422:
        this.alone = true; // find the one
        this.unreadable += 1;
        return this.unreadable > TRIES ? this.halt("fork") : this.pause();
      default: {
        const told = Number(answer.retry_ms) || Number(response.headers.get("Retry-After")) * 1000;
        const own = this.pause();
        return told || own;
      }
    }
  }

  /** Nobody here can go on: everything is kept and a person decides. @param {"fork"|"sealed"} why */
  halt(why) {
    this.over = true;
    this.tell(why, true);
    return LONGEST;
  }

  /** @returns {Promise<number>} */
  async close() {
    const options = { method: "POST", body: JSON.stringify({ last: this.note.accepted }), keepalive: true };
    const response = await this.ask("close", options, { "Content-Type": "application/json" });
    if (response.status !== 200) return this.refused(response, []);
    this.learn(await response.json());
    this.note.closed = true;
    await this.spool.save(this.note);
    return 0;
  }
}
