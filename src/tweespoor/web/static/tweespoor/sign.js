/**
 * This page signs: its own yes, and the heads of the journal that it saw while it was recorded.
 *
 * The key is made here and cannot leave the browser; it is kept for this conversation alone. Every answer brings a key and
 * something of a signature's shape, of the same length and ready before it is tapped, so that nobody who watches can tell a
 * yes from a no; only with a yes it is a signature. A browser that cannot sign sends two empty fields with every answer.
 */

const PERIOD = 20_000;
const BASE = "k";
const encoder = new TextEncoder();

/**
 * @typedef {object} Held what is ready for one question
 * @property {string} asked
 * @property {string} key
 * @property {string} yes
 * @property {string} other
 */

/** @type {CryptoKeyPair|null} */
let pair = null;
let conversation = "";
/** @type {Held|null} */
let held = null;

/** @param {ArrayBuffer|Uint8Array} bytes */
function hex(bytes) {
  return [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/**
 * Open what this browser keeps for us, or nothing where it keeps nothing.
 * @returns {Promise<IDBDatabase>}
 */
function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(BASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("k");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * The key that this browser keeps for a conversation, if it does.
 * @param {string} of
 * @returns {Promise<CryptoKeyPair|null>}
 */
async function kept(of) {
  if (pair && conversation === of) return pair;
  try {
    const base = await opened();
    pair = (await done(base.transaction("k").objectStore("k").get(of))) ?? null;
    base.close();
  } catch {
    pair = null; // nothing can be kept here: then a key lives as long as this page
  }
  conversation = pair ? of : "";
  return pair;
}

/**
 * The key of this conversation, made when there is none; a key of another one is thrown away.
 * @param {string} of
 * @returns {Promise<CryptoKeyPair>}
 */
async function keyOf(of) {
  const known = await kept(of);
  if (known) return known;
  pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  conversation = of;
  try {
    const base = await opened();
    const store = base.transaction("k", "readwrite").objectStore("k");
    store.clear();
    await done(store.put(pair, of));
    base.close();
  } catch {
    // as above
  }
  return pair;
}

/** @param {CryptoKeyPair} key */
async function publicOf(key) {
  return hex(await crypto.subtle.exportKey("spki", key.publicKey));
}

/**
 * Sign a statement, with its names in the order that they have.
 * @param {CryptoKeyPair} key
 * @param {string} what
 * @param {Record<string, unknown>} says
 */
async function signed(key, what, says) {
  const sorted = Object.fromEntries(Object.keys(says).sort().map((name) => [name, says[name]]));
  const content = encoder.encode(`tweespoor/${what}/1${JSON.stringify(sorted)}`);
  return hex(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, content));
}

/** Make ready what goes along with an answer, for the question that stands here now; at the end the key goes. */
async function prepare() {
  if (document.querySelector("main")?.dataset.screen === "P8") {
    indexedDB.deleteDatabase(BASE);
    return;
  }
  const field = /** @type {HTMLInputElement|null} */ (document.querySelector("main [data-signs]"));
  const asked = field?.dataset.signs;
  if (!asked || held?.asked === asked || !globalThis.crypto?.subtle) return;
  try {
    const says = JSON.parse(asked);
    const key = await keyOf(says.conversation);
    const known = await publicOf(key);
    const yes = await signed(key, "yes", { ...says, public: known });
    held = { asked, key: known, yes, other: hex(crypto.getRandomValues(new Uint8Array(yes.length / 2))) };
  } catch {
    held = null;
  }
}

// Before anything else takes the form down: the fields are filled at once, and emptied again behind it.
document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const field = /** @type {HTMLInputElement|null} */ (form.querySelector("[data-signs]"));
    const key = /** @type {HTMLInputElement|null} */ (form.querySelector("[name=public]"));
    if (!field || !key || held?.asked !== field.dataset.signs) return;
    const answer = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    key.value = held.key;
    field.value = answer === "yes" ? held.yes : held.other;
    setTimeout(() => {
      key.value = field.value = "";
    });
  },
  true,
);

/** Sign the heads that this page may sign now; every page asks, whatever was answered on it. */
async function follow() {
  const heads = (document.body.dataset.ticketUrl ?? "/p/track").replace(/[^/]*$/, "heads");
  if (!document.body.dataset.stateUrl || !globalThis.crypto?.subtle) return;
  try {
    const answer = await fetch(heads, { cache: "no-store" });
    if (answer.status !== 200) return;
    const told = await answer.json();
    const key = await kept(told.conversation);
    if (!key) return;
    const name = hex(await crypto.subtle.digest("SHA-256", await crypto.subtle.exportKey("spki", key.publicKey)));
    const fields = new URLSearchParams();
    for (const [position, head] of told.heads) {
      const says = { conversation, head, key: name, position, what: "seen" };
      fields.append(String(position), await signed(key, "seen", says));
    }
    await fetch(heads, { method: "POST", body: fields, keepalive: true });
  } catch {
    // the next time brings it
  }
}

document.addEventListener("page", () => void prepare());
void prepare();
setInterval(follow, PERIOD);
