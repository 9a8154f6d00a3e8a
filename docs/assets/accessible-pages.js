// What the theme leaves out for keys and screen readers: names of dialogs and landmarks, and the
// focus of a table that is wider than the page and scrolls inside it.
"use strict";

function markScrollingTables() {
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((wrap, index) => {
    if (wrap.scrollWidth > wrap.clientWidth) {
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", `Table ${index + 1}, scrolls sideways`);
    } else {
      wrap.removeAttribute("tabindex");
      wrap.removeAttribute("role");
      wrap.removeAttribute("aria-label");
    }
  });
}

function nameLandmarks() {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  // The theme makes a landmark of each level of the navigation, and one of the button that copies code.
  document.querySelectorAll(".md-nav .md-nav, .md-code__nav").forEach((one) => {
    one.setAttribute("role", "presentation");
    one.removeAttribute("aria-labelledby");
    one.removeAttribute("aria-label");
    one.removeAttribute("aria-expanded");
  });
}

function mend() {
  nameLandmarks();
  markScrollingTables();
}

// The theme puts tables into their frames, and buttons on code, after the page is read.
addEventListener("load", () => setTimeout(mend, 100));
addEventListener("resize", markScrollingTables);
