/**
 * The bytes of one chunk, and the chain over them (format 1).
 *
 * Everything that counts as evidence is inside the body, and the body is hashed whole. All numbers are
 * big endian; positions are 48 kHz samples since the epoch began.
 *
 * @typedef {{position: number, code: number, value: number}} Event
 * @typedef {{position: number, bytes: Uint8Array}} Packet
 * @typedef {object} Chunk
 * @property {Uint8Array} track      16 bytes
 * @property {number} number         place in the chain of the track
 * @property {number} epoch
 * @property {number} mono           page clock of the first sample, in microseconds
 * @property {number} wall           wall clock of the first sample, in milliseconds since 1970
 * @property {number} preskip        samples by which decoded sound lags
 * @property {Event[]} events
 * @property {Packet[]} packets
 */

export const RATE = 48000;
export const FRAME = 960;
export const MOST_PACKETS = 500;

/** What happened, as the format numbers it. */
export const EVENTS = Object.freeze({
  paused: 1, resumed: 2, muted: 3, unmuted: 4, hidden: 5, visible: 6,
  interrupted: 7, deviceChange: 8, lost: 9, clipping: 10, ended: 11,
});

const MAGIC = 0x54534231; // «TSB1»
const NUMBER_AT = 21;
const encoder = new TextEncoder();

/** Where each field of the fixed part stands, in bytes. */
const AT = Object.freeze({
  magic: 0, flags: 4, track: 5, number: NUMBER_AT, epoch: 25, mono: 27, wall: 35, codec: 43, channels: 44,
  preskip: 45, rate: 47, eventCount: 51, packetCount: 53, lists: 55,
});

/**
 * The body of a chunk.
 * @param {Chunk} chunk
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function write(chunk) {
  const prefix = AT.lists + chunk.events.length * 13 + chunk.packets.length * 10;
  const sound = chunk.packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
  const body = new Uint8Array(prefix + sound);
  const view = new DataView(body.buffer);
  view.setUint32(AT.magic, MAGIC);
  body.set(chunk.track, AT.track);
  view.setUint32(AT.number, chunk.number);
  view.setUint16(AT.epoch, chunk.epoch);
  view.setBigUint64(AT.mono, BigInt(Math.round(chunk.mono)));
  view.setBigUint64(AT.wall, BigInt(Math.round(chunk.wall)));
  view.setUint8(AT.codec, 1);
  view.setUint8(AT.channels, 1);
  view.setUint16(AT.preskip, chunk.preskip);
  view.setUint32(AT.rate, RATE);
  view.setUint16(AT.eventCount, chunk.events.length);
  view.setUint16(AT.packetCount, chunk.packets.length);
  let at = AT.lists;
  for (const event of chunk.events) {
    view.setBigUint64(at, BigInt(event.position));
    view.setUint8(at + 8, event.code);
    view.setUint32(at + 9, Math.min(event.value, 0xffffffff));
    at += 13;
  }
  let from = prefix;
  for (const packet of chunk.packets) {
    view.setBigUint64(at, BigInt(packet.position));
    view.setUint16(at + 8, packet.bytes.length);
    body.set(packet.bytes, from);
    at += 10;
    from += packet.bytes.length;
  }
  return body;
}

/**
 * How many bytes stand before the sound.
 * @param {Uint8Array<ArrayBuffer>} body
 */
export function prefixLength(body) {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return AT.lists + view.getUint16(AT.eventCount) * 13 + view.getUint16(AT.packetCount) * 10;
}

/**
 * A chunk read back from its bytes: our own bytes, so nothing is checked but the first four.
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Chunk}
 */
export function read(body) {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (view.getUint32(AT.magic) !== MAGIC) throw new Error("not a chunk");
  const events = [];
  const packets = [];
  let at = AT.lists;
  for (let left = view.getUint16(AT.eventCount); left > 0; left -= 1, at += 13) {
    events.push({ position: Number(view.getBigUint64(at)), code: view.getUint8(at + 8), value: view.getUint32(at + 9) });
  }
  let from = prefixLength(body);
  for (let left = view.getUint16(AT.packetCount); left > 0; left -= 1, at += 10) {
    const length = view.getUint16(at + 8);
    packets.push({ position: Number(view.getBigUint64(at)), bytes: body.subarray(from, from + length) });
    from += length;
  }
  return {
    track: body.slice(AT.track, NUMBER_AT), number: view.getUint32(NUMBER_AT), epoch: view.getUint16(AT.epoch),
    mono: Number(view.getBigUint64(AT.mono)), wall: Number(view.getBigUint64(AT.wall)),
    preskip: view.getUint16(AT.preskip), events, packets,
  };
}

/**
 * The same body under another number: a number is given when a chunk is first sent, because one that was
 * refused is no part of the chain.
 * @param {Uint8Array<ArrayBuffer>} body
 * @param {number} number
 */
export function renumber(body, number) {
  const copy = body.slice();
  new DataView(copy.buffer).setUint32(NUMBER_AT, number);
  return copy;
}

/** @param {...Uint8Array<ArrayBuffer>} parts */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {number} value */
export function uint32(value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * leaf(n) = SHA-256(salt || uint32be(n) || body)
 * @param {Uint8Array<ArrayBuffer>} salt
 * @param {number} number
 * @param {Uint8Array<ArrayBuffer>} body
 */
export function leaf(salt, number, body) {
  return sha256(join(salt, uint32(number), body));
}

/**
 * head(-1) = SHA-256("tweespoor/track/1" || track)
 * @param {Uint8Array<ArrayBuffer>} track
 */
export function firstHead(track) {
  return sha256(join(/** @type {Uint8Array<ArrayBuffer>} */ (encoder.encode("tweespoor/track/1")), track));
}

/**
 * head(n) = SHA-256(head(n-1) || leaf(n))
 * @param {Uint8Array<ArrayBuffer>} head
 * @param {Uint8Array<ArrayBuffer>} ofChunk
 */
export function nextHead(head, ofChunk) {
  return sha256(join(head, ofChunk));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text */
export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @param {string} text base64url */
export function fromBase64(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
