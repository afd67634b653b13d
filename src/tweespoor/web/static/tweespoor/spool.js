/**
 * Where sound waits on this device: encrypted in IndexedDB, under a key that cannot be taken out of it.
 *
 * Names say nothing. Every write is «strict»: it is on the disk before it is called kept. When IndexedDB does
 * not work (private mode, full) a ring in memory takes its place; the screen warns, uploads go on.
 *
 * @typedef {object} Note  what is known of one track; lies encrypted too
 * @property {string} id         name of the track on this device, means nothing
 * @property {string} track      hex
 * @property {string} salt       base64url
 * @property {string} token
 * @property {string} url        where its chunks go
 * @property {number} part
 * @property {boolean} kept      kept by its owner: a 200 never releases its bodies
 * @property {number} epoch
 * @property {number} next       sequence of the next chunk, counted from 0
 * @property {number} settled    sequence up to which the server has spoken
 * @property {number} accepted   number up to which the server has accepted
 * @property {string} head       hex, after `accepted`
 * @property {number} end        samples of the last epoch, true when it has ended
 * @property {boolean} over      nothing will be added
 * @property {boolean} closed    the server knows that
 * @property {number} handed     number up to which bodies of a kept track were handed in
 * @property {boolean} giving    its owner chose to hand it in
 * @property {boolean} saved     its owner has it as a file
 * @property {number} began      wall clock, ms: to name a file by
 *
 * @typedef {{seq: number, body: Uint8Array<ArrayBuffer>, receipt: object|null}} Kept
 */

const NAME = "p";
const RING = 900; // chunks in memory: a quarter of an hour, about 4 MB
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction */
function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** @returns {Promise<IDBDatabase>} */
function connect() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("k");
      request.result.createObjectStore("t");
      request.result.createObjectStore("c");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** @param {IDBDatabase} base */
async function keyOf(base) {
  const found = await answer(base.transaction("k").objectStore("k").get("k"));
  if (found) return /** @type {CryptoKey} */ (found);
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const transaction = base.transaction("k", "readwrite", { durability: "strict" });
  transaction.objectStore("k").put(key, "k");
  await done(transaction);
  return key;
}

/** @returns {Promise<Spool>} never fails: then `durable` is false */
export async function openSpool() {
  try {
    const base = await connect();
    const spool = new Spool(base, await keyOf(base));
    await spool.probe();
    return spool;
  } catch {
    return new Spool(null, null);
  }
}

export class Spool {
  /**
   * @param {IDBDatabase|null} base
   * @param {CryptoKey|null} key
   */
  constructor(base, key) {
    this.base = base;
    this.key = key;
    this.durable = base !== null;
    /** @type {Map<string, Map<number, Kept>>} chunks in memory, by track */
    this.ring = new Map();
    /** @type {Map<string, Note>} */
    this.notes = new Map();
    /** @type {Set<string>} tracks that were taken away: nothing of them comes back */
    this.gone = new Set();
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  async lock(bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, /** @type {CryptoKey} */ (this.key), bytes);
    return { iv, data };
  }

  /** @param {{iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} locked */
  async unlock(locked) {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: locked.iv }, /** @type {CryptoKey} */ (this.key), locked.data));
  }

  /**
   * One strict transaction; falls back to memory for good when the disk refuses.
   * @param {(transaction: IDBTransaction) => void} work
   * @returns {Promise<boolean>} whether it is on the disk
   */
  async write(work) {
    if (!this.base || !this.durable) return false;
    try {
      const transaction = this.base.transaction(["t", "c"], "readwrite", { durability: "strict" });
      work(transaction);
      await done(transaction);
      return true;
    } catch {
      this.durable = false;
      return false;
    }
  }

  /** Whether the disk takes something now. */
  async probe() {
    const something = await this.lock(new Uint8Array(4096));
    const written = await this.write((transaction) => {
      transaction.objectStore("c").put(something, ["-", 0]);
      transaction.objectStore("c").delete(["-", 0]);
    });
    if (!written) throw new Error("cannot write");
  }

  /** Every track that lies here, oldest first. @returns {Promise<Note[]>} */
  async tracks() {
    if (this.base) {
      for (const locked of await answer(this.base.transaction("t").objectStore("t").getAll())) {
        const note = /** @type {Note} */ (JSON.parse(decoder.decode(await this.unlock(locked))));
        if (!this.notes.has(note.id)) this.notes.set(note.id, note);
      }
    }
    return [...this.notes.values()].sort((a, b) => a.began - b.began);
  }

  /** @param {Note} note */
  async save(note) {
    if (this.gone.has(note.id)) return;
    this.notes.set(note.id, note);
    if (!this.base || !this.durable) return;
    const locked = await this.lock(/** @type {Uint8Array<ArrayBuffer>} */ (encoder.encode(JSON.stringify(note))));
    await this.write((transaction) => transaction.objectStore("t").put(locked, note.id));
  }

  /**
   * Keep a chunk, and with it what its track now looks like.
   * @param {Note} note
   * @param {number} seq
   * @param {Uint8Array<ArrayBuffer>} body
   * @returns {Promise<boolean>} false when there was no room at all
   */
  async put(note, seq, body) {
    if (this.gone.has(note.id)) return true;
    this.notes.set(note.id, note);
    if (this.base && this.durable) {
      const chunk = await this.lock(body);
      const locked = await this.lock(/** @type {Uint8Array<ArrayBuffer>} */ (encoder.encode(JSON.stringify(note))));
      const written = await this.write((transaction) => {
        transaction.objectStore("c").put({ ...chunk, receipt: null }, [note.id, seq]);
        transaction.objectStore("t").put(locked, note.id);
      });
      if (written) return true;
    }
    const chunks = this.ring.get(note.id) ?? new Map();
    if (chunks.size >= RING && !chunks.has(seq)) return false;
    this.ring.set(note.id, chunks.set(seq, { seq, body, receipt: null }));
    return true;
  }

  /**
   * Chunks from a sequence on, in order.
   * @param {Note} note
   * @param {number} from
   * @param {number} most
   * @returns {Promise<Kept[]>}
   */
  async chunks(note, from, most) {
    /** @type {Map<number, Kept>} */
    const found = new Map();
    if (this.base) {
      const range = IDBKeyRange.bound([note.id, from], [note.id, Infinity]);
      const store = this.base.transaction("c").objectStore("c");
      const [keys, values] = await Promise.all([answer(store.getAllKeys(range, most)), answer(store.getAll(range, most))]);
      for (const [place, key] of keys.entries()) {
        const seq = Number(/** @type {IDBValidKey[]} */ (key)[1]);
        found.set(seq, { seq, body: await this.unlock(values[place]), receipt: values[place].receipt });
      }
    }
    for (const [seq, kept] of this.ring.get(note.id) ?? []) if (seq >= from) found.set(seq, kept);
    return [...found.values()].sort((a, b) => a.seq - b.seq).slice(0, most);
  }

  /**
   * The server has spoken about these chunks.
   * @param {Note} note as it is now
   * @param {number[]} gone sequences to destroy
   * @param {{seq: number, body: Uint8Array<ArrayBuffer>, receipt: object}[]} stay chunks of a kept track, with their receipt
   */
  async settle(note, gone, stay) {
    if (this.gone.has(note.id)) return;
    const ring = this.ring.get(note.id);
    for (const seq of gone) ring?.delete(seq);
    for (const chunk of stay) if (ring?.has(chunk.seq)) ring.set(chunk.seq, chunk);
    this.notes.set(note.id, note);
    if (!this.base || !this.key) return;
    const locked = await this.lock(/** @type {Uint8Array<ArrayBuffer>} */ (encoder.encode(JSON.stringify(note))));
    const chunks = [];
    for (const { seq, body, receipt } of stay) if (!ring?.has(seq)) chunks.push({ seq, value: { ...(await this.lock(body)), receipt } });
    const work = (/** @type {IDBTransaction} */ transaction) => {
      for (const seq of gone) transaction.objectStore("c").delete([note.id, seq]);
      for (const { seq, value } of chunks) transaction.objectStore("c").put(value, [note.id, seq]);
      transaction.objectStore("t").put(locked, note.id);
    };
    const transaction = this.base.transaction(["t", "c"], "readwrite", { durability: "strict" });
    work(transaction);
    await done(transaction).catch(() => {
      this.durable = false; // what could not be taken away is sent again: the server knows it
    });
  }

  /** Take away a track and all its sound. @param {Note} note */
  async remove(note) {
    this.gone.add(note.id);
    this.ring.delete(note.id);
    this.notes.delete(note.id);
    if (!this.base) return;
    const transaction = this.base.transaction(["t", "c"], "readwrite", { durability: "strict" });
    transaction.objectStore("c").delete(IDBKeyRange.bound([note.id, -Infinity], [note.id, Infinity]));
    transaction.objectStore("t").delete(note.id);
    await done(transaction);
  }

  /** Throw the empty spool away, key and all: a next page then knows at once that nothing lies here. */
  discard() {
    this.base?.close();
    this.base = null;
    this.durable = false;
    indexedDB.deleteDatabase(NAME);
  }
}

/** A new note for a track that the server has just opened.
 * @param {{track: string, salt: string, token: string, url: string, part: number, kept: boolean}} ticket
 * @returns {Note}
 */
export function noteOf(ticket) {
  return {
    id: crypto.randomUUID().slice(0, 8), track: ticket.track, salt: ticket.salt, token: ticket.token, url: ticket.url,
    part: ticket.part, kept: ticket.kept, epoch: -1, next: 0, settled: -1, accepted: -1, head: "", end: 0,
    over: false, closed: false, handed: -1, giving: false, saved: false, began: Date.now(),
  };
}
