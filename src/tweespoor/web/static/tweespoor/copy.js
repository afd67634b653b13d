/**
 * What happens to the own copy, as its owner chooses in private: keep it as a file, hand it in, or wipe it.
 *
 * Bodies stay here until then. Handing in sends the same bodies that were hashed when they were made, and can be
 * taken up again after any interruption. Nothing here is chosen beforehand.
 *
 * @typedef {import("./spool.js").Note} Note
 * @typedef {import("./spool.js").Spool} Spool
 * @typedef {import("./live.js").Page} Page
 */

import * as body from "./body.js";
import { write } from "./ogg.js";
import { zip } from "./zip.js";

const MANY = 200;
const MOST = 60;
const LARGEST = 900_000;
const LONGEST = 30_000;
const text = new TextEncoder();

/**
 * Carry out a choice, or write it down to be carried out; gives what is posted with the form besides.
 * @param {string} choice keep, hand-in or wipe
 * @param {{page: Page, spool: Spool}} around
 * @returns {Promise<Record<string, string>|null>}
 */
export async function choose(choice, { page, spool }) {
  const mine = await own(page, spool);
  if (mine.length === 0) page.notice("nothing", true);
  if (choice === "keep" && mine.length > 0) {
    save(await archive(spool, mine), mine[0].began);
    for (const note of mine) {
      note.saved = true; // what lies here is taken away at the next visit
      await spool.save(note);
    }
    page.notice("saved", true);
  } else if (choice === "wipe") {
    for (const note of mine) await spool.remove(note);
    page.notice("wiped", mine.length > 0);
  } else if (choice === "hand-in") {
    for (const note of mine) {
      note.giving = true;
      await spool.save(note);
    }
  }
  return {};
}

/**
 * Kept tracks of the person and the conversation of this page, for another may have been on this device: the server
 * gives a pass to hand in for these and for no other.
 * @param {Page} page
 * @param {Spool} spool
 */
async function own(page, spool) {
  const mine = [];
  for (const note of await spool.tracks()) {
    if (!note.kept) continue;
    const answer = await page.post(page.beside("hand-in"), { track: note.track });
    if (!answer?.ok) continue;
    note.token = (await answer.json()).token;
    mine.push(note);
  }
  return mine;
}

/**
 * All chunks of a track, also those that could not be sent yet.
 * @param {Spool} spool
 * @param {Note} note
 */
async function all(spool, note) {
  const found = [];
  for (let from = 0; ; ) {
    const some = await spool.chunks(note, from, MANY);
    if (some.length === 0) break;
    found.push(...some);
    from = some[some.length - 1].seq + 1;
  }
  const unsent = found.filter(({ seq }) => seq > note.settled);
  for (const [place, kept] of unsent.entries()) kept.body = body.renumber(kept.body, note.accepted + 1 + place);
  return found;
}

/**
 * One ZIP: per track the bodies as they were hashed, their list, salt, receipts, and a file for ears.
 * @param {Spool} spool
 * @param {Note[]} notes
 */
async function archive(spool, notes) {
  const members = [];
  for (const [place, note] of notes.entries()) {
    const folder = notes.length > 1 ? `${place + 1}/` : "";
    const kept = await all(spool, note);
    const salt = body.fromBase64(note.salt);
    const lines = [];
    for (const { body: bytes } of kept) {
      const { number } = body.read(bytes);
      const leaf = body.toHex(await body.leaf(salt, number, bytes));
      lines.push(`{"leaf":"${leaf}","length":${bytes.length},"number":${number}}\n`);
    }
    const receipts = kept.map(({ receipt }) => (receipt ? `${JSON.stringify(receipt)}\n` : ""));
    const chunks = kept.map(({ body: bytes }) => bytes);
    members.push(
      { name: `${folder}chunks.bin`, pieces: chunks },
      { name: `${folder}chunks.jsonl`, pieces: [bytesOf(lines.join(""))] },
      { name: `${folder}salt`, pieces: [bytesOf(`${body.toHex(salt)}\n`)] },
      { name: `${folder}receipts.jsonl`, pieces: [bytesOf(receipts.join(""))] },
      { name: `${folder}audio.opus`, pieces: await write(chunks.map(body.read)) },
    );
  }
  return zip(members);
}

/** @param {string} said */
function bytesOf(said) {
  return /** @type {Uint8Array<ArrayBuffer>} */ (text.encode(said));
}

/**
 * Offer a file under a name that says nothing but a date.
 * @param {Blob} file
 * @param {number} began
 */
function save(file, began) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${new Date(began).toISOString().slice(0, 10)}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * Send the bodies of every track that its owner gives, one after the other.
 * @param {Page} page
 * @param {Spool} spool
 */
export async function giveAll(page, spool) {
  for (const note of (await spool.tracks()).filter((one) => one.giving)) {
    for (let failures = 0; spool.notes.has(note.id); ) {
      const went = await give(page, spool, note).catch(() => false);
      failures = went ? 0 : failures + 1;
      if (failures > 0) await new Promise((again) => setTimeout(again, Math.min(LONGEST, 500 * 2 ** failures) * (0.5 + Math.random() / 2)));
    }
    page.notice("giving", false);
    page.notice("given", true);
  }
}

/**
 * One step of handing in: true when it went well.
 * @param {Page} page
 * @param {Spool} spool
 * @param {Note} note
 */
async function give(page, spool, note) {
  if (!note.closed) return false; // its last leaves go first
  const headers = { Authorization: `Bearer ${note.token}` };
  const last = await fetch(`${note.url}last`, { headers, cache: "no-store" });
  if (!last.ok) return renewed(page, note, last.status);
  note.handed = (await last.json()).handed;
  page.notice("giving", { count: String(note.handed + 1) });
  if (note.handed >= note.accepted) {
    await spool.remove(note);
    return true;
  }
  const batch = await following(spool, note);
  const content = body.join(...batch.flatMap((bytes) => [body.uint32(bytes.length), bytes]));
  const options = { method: "POST", headers: { ...headers, "Content-Type": "application/vnd.tweespoor.batch" }, body: content };
  const answer = await fetch(note.url + String(note.handed + 1), options);
  if (!answer.ok) return renewed(page, note, answer.status);
  await spool.save(note);
  return true;
}

/**
 * Bodies from the next one on, as many as go into one request.
 * @param {Spool} spool
 * @param {Note} note
 */
async function following(spool, note) {
  const batch = [];
  let size = 0;
  // Where seconds were refused a sequence is ahead of the number, never behind it.
  for (let from = note.handed + 1; batch.length === 0; ) {
    const some = await spool.chunks(note, from, MOST);
    if (some.length === 0) throw new Error("a body is missing");
    for (const { body: bytes } of some) {
      if (body.read(bytes).number <= note.handed) continue;
      if (batch.length > 0 && size + bytes.length > LARGEST) break;
      batch.push(bytes);
      size += bytes.length + 4;
    }
    from = some[some.length - 1].seq + 1;
  }
  return batch;
}

/**
 * A pass that is worn out is asked for again.
 * @param {Page} page
 * @param {Note} note
 * @param {number} status
 */
async function renewed(page, note, status) {
  if (status !== 401) return false;
  const answer = await page.post(page.beside("hand-in"), { track: note.track });
  if (answer?.ok) note.token = (await answer.json()).token;
  return false;
}
