/**
 * What a page asks of the device around it: one holder of a thing, a screen that stays on, battery and space.
 */

const LOW = 0.15; // of a battery
const LITTLE = 50e6; // bytes

/** @type {WakeLockSentinel|null} */
let awake = null;

/**
 * Hold a name alone among all tabs; gives how to let go of it, or null when another has it.
 * @param {string} name
 * @returns {Promise<(() => void)|null>}
 */
export function lock(name) {
  if (!navigator.locks) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (found) => {
      if (!found) return resolve(null);
      return new Promise((free) => resolve(() => free(undefined)));
    });
  });
}

/** Keep the screen on; a browser takes this back whenever the page is hidden. */
export async function stayAwake() {
  if (awake?.released === false) return;
  awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

export async function mayFallAsleep() {
  await awake?.release().catch(() => undefined);
  awake = null;
}

/** Whether the battery may not last; false where a browser does not tell. */
export async function lowBattery() {
  const battery = await /** @type {any} */ (navigator).getBattery?.().catch(() => null);
  return Boolean(battery && !battery.charging && battery.level < LOW);
}

/** Whether there is hardly room for an hour of sound. */
export async function littleSpace() {
  const space = await navigator.storage?.estimate?.().catch(() => null);
  return Boolean(space?.quota && space.quota - (space.usage ?? 0) < LITTLE);
}
