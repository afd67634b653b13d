// Writes down what a person taps and types, which screens come, what the server answers, and the microphone's light.
(() => {
  const tell = (kind, value) => void window.told?.({ kind, value, at: Date.now() });
  addEventListener("pointerdown", (event) => {
    const what = event.target.closest?.("button, a, label, summary, input");
    if (event.isTrusted) tell("tap", what?.textContent.trim() ?? "");
  }, true);
  addEventListener("beforeinput", (event) => event.isTrusted && event.data && tell("typed", event.data), true);

  const real = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await real(...asked);
    const { pathname } = new URL(answer.url || location.href);
    const kind = pathname.endsWith("/state") ? "state" : /^\/i\/[0-9a-f]+\/\d+$/.test(pathname) ? "sound" : "";
    const what = kind === "sound" && answer.status === 403 ? "refused" : answer.ok ? kind : "";
    if (what) answer.clone().json().then((told) => tell(what, { ...told, pathname }), () => undefined);
    return answer;
  };

  let shown = "";
  new MutationObserver(() => {
    const screen = document.querySelector("main[data-screen]")?.dataset.screen ?? "";
    if (screen && screen !== shown) tell("screen", (shown = screen));
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-screen"] });

  window.streams = [];
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    window.streams.push(stream);
    tell("microphone", true);
    return stream;
  };
  const stop = MediaStreamTrack.prototype.stop;
  MediaStreamTrack.prototype.stop = function () {
    if (this.readyState === "live") tell("microphone", false);
    stop.call(this);
  };
})();
