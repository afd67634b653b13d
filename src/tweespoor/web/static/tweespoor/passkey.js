// Says in words that a passkey did not work; the ceremony itself is allauth's.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const line of document.querySelectorAll("[data-passkey-failed]")) line.hidden = false;
});
