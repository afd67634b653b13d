/**
 * The file that any player opens, made from packets on this device: the same bytes as `tape/ogg.py` makes.
 *
 * RFC 3533 and RFC 7845. The serial number comes from the track, the vendor is fixed, no clock is read. Where
 * nothing was recorded stands the constant packet of 20 ms of silence; how far epochs lie apart is told by the
 * wall clock of their first chunks, for an own copy has nothing better.
 *
 * @typedef {import("./body.js").Chunk} Chunk
 */

import { EVENTS, FRAME, RATE, join } from "./body.js";

const FILL = Uint8Array.of(0xf8, 0xff, 0xfe);
const LACES = 255;
const BEGINNING = 2;
const END = 4;
const text = new TextEncoder();

/** Checksums of RFC 3533, 6, byte by byte. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});

/** @param {Uint8Array} packet */
function lacing(packet) {
  const laces = new Array(Math.floor(packet.length / 255)).fill(255);
  return [...laces, packet.length % 255];
}

class Pages {
  /** @param {number} serial */
  constructor(serial) {
    this.serial = serial;
    this.sequence = 0;
    this.granule = 0;
    /** @type {Uint8Array<ArrayBuffer>[]} */
    this.made = [];
  }

  /**
   * @param {Uint8Array[]} packets
   * @param {number} flags
   * @param {number} granule
   */
  page(packets, flags, granule) {
    const laces = packets.flatMap(lacing);
    const head = new DataView(new ArrayBuffer(27));
    head.setUint32(0, 0x4f676753); // «OggS»
    head.setUint8(5, flags);
    head.setBigInt64(6, BigInt(granule), true);
    head.setUint32(14, this.serial, true);
    head.setUint32(18, this.sequence, true);
    head.setUint8(26, laces.length);
    const page = join(new Uint8Array(head.buffer), Uint8Array.from(laces), .../** @type {Uint8Array<ArrayBuffer>[]} */ (packets));
    let sum = 0;
    for (const byte of page) sum = (sum << 8) ^ TABLE[(sum >>> 24) ^ byte];
    new DataView(page.buffer).setUint32(22, sum >>> 0, true);
    this.sequence += 1;
    this.made.push(page);
  }

  /** Pages of silence up to a position. @param {number} position */
  fill(position) {
    let count = Math.max(0, Math.round((position - this.granule) / FRAME));
    while (count > 0) {
      const now = Math.min(count, LACES);
      this.granule += now * FRAME;
      this.page(new Array(now).fill(FILL), 0, this.granule);
      count -= now;
    }
  }

  /**
   * The pages of one chunk.
   * @param {import("./body.js").Packet[]} packets
   * @param {number|null} last  granule position at which the file ends, when this is the last chunk
   */
  chunk(packets, last) {
    /** @type {Uint8Array[]} */
    let waiting = [];
    let laces = 0;
    const flush = () => {
      this.granule += waiting.length * FRAME;
      this.page(waiting, 0, this.granule);
      waiting = [];
      laces = 0;
    };
    for (const { position, bytes } of packets) {
      const more = Math.floor(bytes.length / 255) + 1;
      const jump = position - this.granule - waiting.length * FRAME > FRAME / 2;
      if (waiting.length > 0 && (jump || laces + more > LACES)) flush();
      if (jump) this.fill(position);
      waiting.push(bytes);
      laces += more;
    }
    if (last === null) {
      if (waiting.length > 0) flush();
      return;
    }
    const end = Math.max(this.granule, Math.min(this.granule + waiting.length * FRAME, last));
    this.page(waiting, END, end);
  }
}

/** @param {Uint8Array<ArrayBuffer>} track */
async function serialOf(track) {
  const digest = await crypto.subtle.digest("SHA-256", join(/** @type {Uint8Array<ArrayBuffer>} */ (text.encode("tweespoor/ogg/1")), track));
  return new DataView(digest).getUint32(0, true);
}

/** @param {number} preskip */
function opusHead(preskip) {
  const head = new DataView(new ArrayBuffer(19));
  new Uint8Array(head.buffer).set(text.encode("OpusHead"));
  head.setUint8(8, 1);
  head.setUint8(9, 1);
  head.setUint16(10, preskip, true);
  head.setUint32(12, RATE, true);
  return new Uint8Array(head.buffer);
}

/**
 * The whole file, in pieces.
 * @param {Chunk[]} chunks of one track, in order
 * @returns {Promise<Uint8Array<ArrayBuffer>[]>}
 */
export async function write(chunks) {
  const sounding = chunks.filter((chunk) => chunk.packets.length > 0);
  const preskip = sounding[0]?.preskip ?? 0;
  const pages = new Pages(chunks.length > 0 ? await serialOf(/** @type {Uint8Array<ArrayBuffer>} */ (chunks[0].track)) : 0);
  pages.page([opusHead(preskip)], BEGINNING, 0);
  const vendor = text.encode("tweespoor");
  pages.page([join(text.encode("OpusTags"), Uint8Array.of(vendor.length, 0, 0, 0), vendor, new Uint8Array(4))], 0, 0);
  /** @type {Map<number, number>} where each epoch begins in the file */
  const starts = new Map();
  const zero = sounding[0] ? sounding[0].wall - (sounding[0].packets[0].position * 1000) / RATE : 0;
  for (const { epoch, wall, packets } of sounding) {
    const start = Math.round((wall - zero) * (RATE / 1000)) - packets[0].position;
    if (!starts.has(epoch)) starts.set(epoch, starts.size === 0 ? -packets[0].position : start);
  }
  const ended = chunks.flatMap(({ epoch, events }) => events.filter(({ code }) => code === EVENTS.ended).map(({ position }) => (starts.get(epoch) ?? 0) + position)).at(-1);
  for (const chunk of sounding) {
    const moved = (starts.get(chunk.epoch) ?? 0) + preskip - chunk.preskip;
    const packets = chunk.packets.map(({ position, bytes }) => ({ position: moved + position, bytes }));
    const whole = packets[packets.length - 1].position + FRAME;
    const last = ended === undefined ? whole : ended + preskip;
    pages.chunk(packets, chunk === sounding[sounding.length - 1] ? last : null);
  }
  if (sounding.length === 0) pages.page([], END, 0);
  return pages.made;
}
