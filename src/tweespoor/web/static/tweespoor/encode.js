/**
 * Opus packets from blocks of 20 ms, by the browser's own encoder (WebCodecs).
 *
 * 32 kbit/s, one channel, made for voices, and no DTX: silence is recorded, never «nothing». N blocks give N
 * packets and at a flush one more, because the encoder looks ahead (`preskip`, 312 samples in libopus). A packet
 * bears the position of the samples that went in; what is decoded from it lags by the preskip.
 */

import { FRAME, RATE } from "./body.js";

/** @returns {AudioEncoderConfig} */
function settings() {
  return /** @type {AudioEncoderConfig} */ ({
    codec: "opus", sampleRate: RATE, numberOfChannels: 1, bitrate: 32000,
    opus: { format: "opus", application: "voip", signal: "voice", frameDuration: 20000, usedtx: false },
  });
}

/** Whether this browser can make Opus packets; without that one records with an app of one's own. */
export async function supported() {
  if (typeof AudioEncoder === "undefined" || typeof AudioWorkletNode === "undefined") return false;
  if (!navigator.mediaDevices?.getUserMedia) return false;
  return (await AudioEncoder.isConfigSupported(settings())).supported === true;
}

export class Encoder {
  /**
   * @param {(position: number, bytes: Uint8Array<ArrayBuffer>) => void} onPacket
   * @param {(error: Error) => void} onError
   */
  constructor(onPacket, onError) {
    this.preskip = 312;
    /** @type {number[]} positions of blocks that went in and did not come out yet */
    this.waiting = [];
    this.end = 0;
    this.fed = false; // since the last flush
    this.onPacket = onPacket;
    this.encoder = new AudioEncoder({
      output: (chunk, more) => this.take(chunk, more),
      error: (error) => onError(error),
    });
    this.encoder.configure(settings());
  }

  /**
   * @param {EncodedAudioChunk} chunk
   * @param {EncodedAudioChunkMetadata} [more]
   */
  take(chunk, more) {
    const description = more?.decoderConfig?.description;
    if (description && description.byteLength >= 12) {
      const head = ArrayBuffer.isView(description)
        ? new DataView(description.buffer, description.byteOffset)
        : new DataView(description);
      this.preskip = head.getUint16(10, true); // RFC 7845, 5.1
    }
    const position = this.waiting.shift() ?? this.end;
    this.end = position + FRAME;
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    this.onPacket(position, bytes);
  }

  /**
   * @param {number} position
   * @param {Float32Array<ArrayBuffer>} samples 960 of them
   */
  push(position, samples) {
    this.waiting.push(position);
    this.fed = true;
    const sound = new AudioData({
      format: "f32-planar", sampleRate: RATE, numberOfFrames: samples.length, numberOfChannels: 1,
      timestamp: Math.round((position * 1e6) / RATE), data: samples,
    });
    this.encoder.encode(sound);
    sound.close();
  }

  /** Everything that went in has come out when this is done, and one packet more. */
  async flush() {
    if (this.encoder.state === "configured" && this.fed) await this.encoder.flush();
    this.fed = false;
    this.waiting = [];
  }

  close() {
    if (this.encoder.state !== "closed") this.encoder.close();
  }
}
