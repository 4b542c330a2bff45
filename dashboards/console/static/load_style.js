// Loads a style sheet once, and waits for it.
const loading = {};
export const loadStyle = (href) =>
  (loading[href] ||= new Promise((resolve) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.onload = link.onerror = resolve;
    document.head.prepend(link);
  }));
