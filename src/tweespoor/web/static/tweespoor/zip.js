/**
 * One ZIP file whose members are stored as they are: sound does not get smaller.
 *
 * APPNOTE 6.3: local headers, members, central directory, end; names in UTF-8; no clock is read. Members and the
 * whole stay below 4 GB, which is eleven days of sound.
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});
const UTF8 = 0x0800;
const STORED = 0;
const DATE = 0x21; // 1 January 1980

/** @param {Uint8Array[]} pieces */
function checksum(pieces) {
  let sum = 0xffffffff;
  for (const piece of pieces) for (const byte of piece) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 0xff];
  return (sum ^ 0xffffffff) >>> 0;
}

/**
 * Fields of two and four bytes, little endian.
 * @param {...[size: 2|4, value: number]} fields
 */
function pack(...fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

/**
 * @param {{name: string, pieces: Uint8Array<ArrayBuffer>[]}[]} members
 * @returns {Blob}
 */
export function zip(members) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const whole = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const directory = [];
  let offset = 0;
  let listed = 0;
  for (const { name, pieces } of members) {
    const called = /** @type {Uint8Array<ArrayBuffer>} */ (new TextEncoder().encode(name));
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    /** @type {[2|4, number][]} */
    const shared = [[2, 20], [2, UTF8], [2, STORED], [2, 0], [2, DATE], [4, checksum(pieces)], [4, size], [4, size], [2, called.length], [2, 0]];
    const local = pack([4, 0x04034b50], ...shared);
    const central = pack([4, 0x02014b50], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    whole.push(local, called, ...pieces);
    directory.push(central, called);
    offset += local.length + called.length + size;
    listed += central.length + called.length;
  }
  const count = members.length;
  const end = pack([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, listed], [4, offset], [2, 0]);
  return new Blob([...whole, ...directory, end], { type: "application/zip" });
}
