// What every page does in the browser: clock, signs of life, keyboard, search, sound.
(() => {
  const boot = window.omcBoot, texts = boot.texts;
  const ahead = boot.now - Date.now();
  let lastBeat = performance.now(), counts = null;

  const omc = (window.omc = {
    now: () => Date.now() + ahead,
    duration(seconds) {
      let whole = Math.max(0, Math.round(seconds));
      if (whole < 60) return `${whole} ${texts.second}`;
      const parts = [];
      for (const [size, unit] of [[86400, texts.day], [3600, texts.hour], [60, texts.minute]]) {
        const count = Math.floor(whole / size);
        whole -= count * size;
        if (count || parts.length) parts.push(`${count} ${unit}`);
      }
      return parts.slice(0, 2).join(" ");
    },
    // 1.234,5 in Vietnamese, 1,234.5 in English; so many digits count.
    number: (value, digits) => new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: digits }).format(value),
    clock: (time, seconds = false) => new Intl.DateTimeFormat("en-GB", {
      timeZone: boot.zone, hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }),
    }).format(time),
    day: (time) => new Intl.DateTimeFormat("en-GB", { timeZone: boot.zone, day: "2-digit", month: "2-digit" }).format(time),
    // The server calls this every few seconds, with the number of critical alarms nobody has taken.
    alive: false,
    beat(state) {
      omc.alive = true;
      lastBeat = performance.now();
      document.body.classList.remove("is-stale");
      const banner = document.getElementById("stale");
      if (banner) banner.hidden = true;
      hear(state.newest_critical);
      counts = state;
      title();
    },
  });

  // -- title and sound ---------------------------------------------------------------------------

  const title = () => {
    const open = counts?.open_criticals || 0;
    document.title = (open ? `(${open}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  };
  const wantsSound = () => localStorage.getItem("omc-sound") === "on";
  // Kept for all pages of this window: nothing rings twice, nor is missed while a page is loading.
  function hear(newest) {
    const heard = sessionStorage.getItem("omc-heard");
    if (heard !== null && newest > Number(heard)) ring();
    sessionStorage.setItem("omc-heard", Math.max(newest, Number(heard)));
  }
  let audio = null;
  function ring() {
    if (!wantsSound()) return;
    audio ||= new AudioContext();
    audio.resume();
    [[880, 0], [660, 0.22], [880, 0.44]].forEach(([pitch, delay]) => {
      const tone = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + delay;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      tone.connect(gain).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.21);
    });
  }

  // -- clock and staleness -----------------------------------------------------------------------

  function tick() {
    const clock = document.getElementById("clock");
    if (clock) clock.textContent = omc.clock(omc.now(), true);
    const silent = (performance.now() - lastBeat) / 1000;
    if (silent < boot.beat * 3) return;
    document.body.classList.add("is-stale");
    const banner = document.getElementById("stale");
    if (banner?.hidden) {
      banner.hidden = false;
      document.getElementById("stale-since").textContent = omc.clock(omc.now() - silent * 1000, true);
    }
  }
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);

  // -- search ------------------------------------------------------------------------------------

  let found = [], marked = -1, asked = 0;
  const list = () => document.getElementById("search-results");
  function show() {
    const box = list(), input = document.getElementById("search");
    box.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!box.hidden));
    box.replaceChildren(...found.map((hit, place) => {
      const item = document.createElement("li");
      item.id = `hit-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === marked));
      const kind = document.createElement("small"), name = document.createElement("b"), what = document.createElement("span");
      kind.textContent = hit.kind;
      name.textContent = hit.name;
      what.textContent = hit.text;
      item.append(name, what, kind);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); location.href = hit.href; });
      return item;
    }));
    if (!found.length && !box.hidden) {
      const item = document.createElement("li");
      item.className = "none";
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = texts.nothing_found;
      box.append(item);
    }
    input.setAttribute("aria-activedescendant", marked >= 0 ? `hit-${marked}` : "");
  }
  async function search(text) {
    const number = ++asked;
    if (!text.trim()) { found = []; return show(); }
    const response = await fetch(`/search.json?q=${encodeURIComponent(text)}`);
    if (number !== asked || !response.ok) return;
    found = await response.json();
    marked = found.length ? 0 : -1;
    show();
  }
  let waiting;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "search") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => search(event.target.value), 80);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.id === "search") setTimeout(() => (list().hidden = true), 100);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".search")) return;
    event.preventDefault();
    if (found[marked]) location.href = found[marked].href;
  });
  function searchKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (found.length) marked = (marked + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      show();
    } else if (event.key === "Escape") {
      event.target.value = "";
      found = [];
      show();
      event.target.blur();
    }
  }

  // -- keyboard ----------------------------------------------------------------------------------

  let going = -Infinity;
  function move(step) {
    const rows = [...document.querySelectorAll("main .alarm-row, main tbody tr a")].filter((row) => row.offsetParent);
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
  }
  const KEYS = {
    "/": () => document.getElementById("search").focus(),
    "?": () => document.getElementById("help").showModal(),
    g: () => (going = performance.now()),
    t: () => omcPreferences.toggleTheme(),
    j: () => move(1),
    k: () => move(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "search") return searchKey(event);
    if (event.target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (performance.now() - going < 1500) {
      going = -Infinity;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) location.href = link.href;
      return;
    }
    const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    const act = own ? () => own.focus() : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#help-open")) document.getElementById("help").showModal();
    const sound = event.target.closest("#sound");
    if (!sound) return;
    localStorage.setItem("omc-sound", wantsSound() ? "off" : "on");
    sound.setAttribute("aria-pressed", String(wantsSound()));
    ring();
  });
  new MutationObserver((_, observer) => {
    const sound = document.getElementById("sound");
    if (!sound) return;
    sound.setAttribute("aria-pressed", String(wantsSound()));
    tick();
    observer.disconnect();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
