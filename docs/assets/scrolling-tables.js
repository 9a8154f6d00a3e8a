// A table that is wider than the page scrolls inside it; the keys reach it only where it has focus.
"use strict";
function markScrollingTables() {
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((wrap) => {
    if (wrap.scrollWidth > wrap.clientWidth) {
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", "Table, scrolls sideways");
    } else {
      wrap.removeAttribute("tabindex");
    }
  });
}
addEventListener("load", () => setTimeout(markScrollingTables, 100));
addEventListener("resize", markScrollingTables);
