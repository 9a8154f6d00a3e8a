// Search without a server. A browser starts no worker for a page that was opened from a file, so a
// hidden frame runs the worker's script instead. With a server the browser's own worker runs.
// The name matters: the offline plug-in adds a script from another host unless one has this name.
"use strict";
if (location.protocol === "file:") {
  window.Worker = class IFrameWorker extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "Search";
      document.body.appendChild(frame);
      this.inside = frame.contentWindow;
      // What the script sends goes straight to this object: frame and page share one origin.
      this.inside.postMessage = (data) => {
        setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data })));
      };
      const script = this.inside.document.createElement("script");
      script.src = new URL(url, location.href).href;
      script.addEventListener("load", () => {
        const messages = this.waiting;
        this.waiting = null;
        messages.forEach((data) => this.postMessage(data));
      });
      this.inside.document.body.appendChild(script);
    }
    postMessage(data) {
      if (this.waiting) {
        this.waiting.push(data);
      } else {
        this.inside.dispatchEvent(new MessageEvent("message", { data }));
      }
    }
    terminate() {
      this.inside.frameElement.remove();
    }
  };
}
