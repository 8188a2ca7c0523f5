"use strict";

const dialog = document.getElementById("dialog");
document.getElementById("sign-in-button")?.addEventListener("click", () => dialog.showModal());
document.getElementById("close-dialog")?.addEventListener("click", () => dialog.close());

// A click beside the dialog closes it too: only the backdrop reports the dialog itself as its target.
dialog?.addEventListener("click", event => {
  if (event.target === dialog) {
    dialog.close();
  }
});
